package main

// modesCount tells that a file's mode says who can read it; Windows has lists of its own.
const modesCount = false
