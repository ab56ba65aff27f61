//go:build unix

package provider

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// reserveAddress binds a port where nothing listens until listen is called.
func reserveAddress(t *testing.T) (address string, listen func() net.Listener) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	file := os.NewFile(uintptr(socket), "listener")
	t.Cleanup(func() { file.Close() })
	require.NoError(t, syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(socket)
	require.NoError(t, err)
	return fmt.Sprintf("http://127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port), func() net.Listener {
		require.NoError(t, syscall.Listen(socket, 16))
		l, err := net.FileListener(file)
		require.NoError(t, err)
		return l
	}
}

func TestStartupTimeoutWaitsForTheServer(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	address, listen := reserveAddress(t)
	began := time.Now()
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "startupTimeout": "0"}).requireCreateFails("connection refused")
	text := newConnectedStack(t, instance, map[string]string{"baseUrl": address, "startupTimeout": "1"}).requireCreateFails("connection refused")
	require.NotContains(t, text, "unknown whether", "nothing was sent")
	require.Less(t, time.Since(began), 25*time.Second)

	time.AfterFunc(time.Second, func() {
		web := &http.Server{Handler: instance.server, ReadHeaderTimeout: time.Minute}
		go func() { _ = web.Serve(listen()) }()
	})
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "startupTimeout": ""}).requireLifecycle()
}
