package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCounting(t *testing.T) {
	var shown strings.Builder
	count := read(strings.NewReader(`
{"Action":"output","Package":"p","Test":"TestGood","Output":"a good test's words\n"}
{"Action":"pass","Package":"p","Test":"TestGood/case"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"what went wrong\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestLeftOut","Output":"    no server\n"}
{"Action":"skip","Package":"p","Test":"TestLeftOut"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"ImportPath":"q","Action":"build-output","Output":"q.go:1: does not compile\n"}
{"Action":"output","Package":"q","Output":"FAIL\tq [build failed]\n"}
{"Action":"fail","Package":"q"}
{"Action":"output","Package":"r","Output":"ok  \tr\t0.1s\n"}
{"Action":"pass","Package":"r"}
`), &shown)

	require.Equal(t, counts{passed: 2, failed: 2, skipped: 1}, count)
	require.Equal(t, `
what went wrong
skipped: TestLeftOut: no server
FAIL	p	0.1s
q.go:1: does not compile
FAIL	q [build failed]
ok  	r	0.1s
`, shown.String())
}
