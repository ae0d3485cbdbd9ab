package media

// withoutPlaceXMP removes from an XMP packet where the picture was made. It reports whether
// the packet could be read; when not, it must not be kept.
func withoutPlaceXMP(packet []byte) ([]byte, bool) { return nil, false }

// withoutPlaceIPTC does the same for the resources of a Photoshop segment.
func withoutPlaceIPTC(resources []byte) ([]byte, bool) { return nil, false }
