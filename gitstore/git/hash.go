package git

// Hash names a Git object, in hexadecimal.
type Hash string
