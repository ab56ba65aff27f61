package redact_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/redact"
)

func TestEverySpellingOfASecretIsReplaced(t *testing.T) {
	t.Parallel()
	const secret = "p/ss \"word\"\n&é"
	r := redact.New(secret)
	for name, spelling := range map[string]string{
		"verbatim":      secret,
		"Go-quoted":     fmt.Sprintf("%q", secret),
		"query-escaped": url.QueryEscape(secret),
		"path-escaped":  url.PathEscape(secret),
	} {
		got := r.String("before " + spelling + " between " + spelling + " after")
		got = strings.ReplaceAll(got, `"`, "") // the quotes around a quoted secret stay
		require.Equal(t, "before [secret] between [secret] after", got, name)
	}
}

func TestTextWithoutASecretIsUnchanged(t *testing.T) {
	t.Parallel()
	r := redact.New("not-a-secret-key")
	require.Equal(t, "a key was refused", r.String("a key was refused"))
	require.Empty(t, r.String(""))
	require.Equal(t, "anything", redact.Redactor{}.String("anything"), "the zero Redactor")
	require.Equal(t, "anything", redact.New().String("anything"))
}

func TestShortStringsAreNotSecrets(t *testing.T) {
	t.Parallel()
	r := redact.New("", "a", "the", "true")
	require.Equal(t, "a key that the server refuses: [secret]", r.String("a key that the server refuses: true"))
}

func TestTheLongestSecretIsReplacedFirst(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][]string{{"abcd", "abcd-efgh"}, {"abcd-efgh", "abcd"}, {"abcd", "abcd-efgh", "abcd"}} {
		require.Equal(t, "[secret] and [secret]", redact.New(secrets...).String("abcd-efgh and abcd"), "%v", secrets)
	}
}

func TestARedactedErrorKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	original := fmt.Errorf("reading hunter2-hunter2: %w", &fs.PathError{Op: "open", Path: "hunter2-hunter2", Err: fs.ErrNotExist})
	err := redact.New("hunter2-hunter2").Error(original)
	require.EqualError(t, err, "reading [secret]: open [secret]: file does not exist")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, err, original)
	var pathError *fs.PathError
	require.ErrorAs(t, err, &pathError)
	require.Equal(t, "open", pathError.Op)
}

func TestAnErrorWithoutASecretIsReturnedAsItIs(t *testing.T) {
	t.Parallel()
	original := errors.New("refused")
	require.Same(t, original, redact.New("hunter2-hunter2").Error(original))
	require.NoError(t, redact.New("hunter2-hunter2").Error(nil))
}
