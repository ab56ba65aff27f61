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
// It differs from them on purpose in one place. A real server keeps an issuer's
// keys for a quarter of an hour at least, and if it once failed to fetch them
// makes every later call wait for as long. Here keys are fetched each time, and
// a call that cannot have them fails.
//
// It declares its own wire types, so that a wrong JSON tag in package api is
// found and not mirrored.
package fake
