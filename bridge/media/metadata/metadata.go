// Package metadata removes locations from the metadata that files of many formats embed: EXIF, XMP and
// IPTC. It works on blocks of bytes; finding them in a file, and putting them back, is the caller's.
//
// What cannot be read may contain a location, so a function that strips a block reports whether it
// could read it; a caller must drop a block that it could not. The work is linear in the length of the
// block.
package metadata
