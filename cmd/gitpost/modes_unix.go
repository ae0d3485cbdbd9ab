//go:build unix

package main

// modesCount tells that a file's mode says who can read it.
const modesCount = true
