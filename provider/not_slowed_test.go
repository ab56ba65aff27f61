//go:build !race

package provider

// slowed is true under the race detector, where time means nothing.
const slowed = false
