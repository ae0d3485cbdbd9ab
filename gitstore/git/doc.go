// Package git reads and writes the files of a bare Git repository: objects, packs, trees,
// commits and refs.
//
// What Batch.Store, DB.Receive and Refs.Move have returned is durable: written to a temporary
// name, synced, renamed, and the folder synced. A killed process leaves a repository that
// Repair and Refs.Recover put in order. Readers take no lock and see every object that was
// stored before they asked. The package starts no process and uses no network.
package git
