package site

import (
	"path"
	"slices"
	"strings"
)

// sampledUploads are the endings of files that people upload most.
var sampledUploads = []string{".jpg", ".png", ".gif", ".webp", ".mp3", ".mp4", ".pdf"}

// Obstacles says where nothing can be written, because a folder belongs to something else, and which
// uploads will be refused, because the repository keeps such files elsewhere, as in Git LFS. refuses returns why a file must not be
// written, "" when it may be.
func (s *Site) Obstacles(refuses func(file string) string) []string {
	media, _ := s.Media("example", s.now())
	warnings := s.linkWarnings()
	if s.refuseLink("upload", media) != nil {
		return warnings
	}
	var reasons []string
	endings, folder := map[string][]string{}, "" // endings by reason
	for _, ending := range sampledUploads {
		file, _ := s.Media("example"+ending, s.now())
		reason := refuses(file)
		if reason == "" {
			continue
		}
		folder = path.Dir(file)
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
		endings[reason] = append(endings[reason], ending)
	}
	for _, reason := range reasons {
		warnings = append(warnings, "files with the endings "+strings.Join(endings[reason], ", ")+" cannot be uploaded to "+
			folder+": "+reason)
	}
	return warnings
}
