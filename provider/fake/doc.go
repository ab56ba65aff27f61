// Package fake is an in-memory Pocket ID, for people without a server at hand,
// for demos and for tests. It is not for production: nobody logs in here,
// nothing is stored, a restart is a reset, and it limits no rates.
//
// It plays a list of releases, and of each release what a program meets that
// manages a server: the admin API with its rules, its refusals and its
// surprises (a PUT resets what it leaves out, unknown ids vanish without a
// word, a page beyond the end is the last page), and the endpoints at which a
// client proves who it is, with a secret or with a token of another issuer.
// What it answers is held to recordings of real servers (tests/contract).
//
// It differs from them on purpose in one place: a real server that once failed
// to fetch an issuer's keys makes every later call with these keys wait for
// minutes. Here such a call fails, and the next one tries again.
//
// It declares its own wire types, so that a wrong JSON tag in package api is
// found and not mirrored.
package fake
