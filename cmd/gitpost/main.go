// Command gitpost is a Micropub server for Hugo and Jekyll sites that live in Git.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
