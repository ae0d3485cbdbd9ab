package doctor

import "golang.org/x/sys/windows"

// freeSpace is how many bytes gitpost's user may still write in a folder.
func freeSpace(folder string) (uint64, bool) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, false
	}
	var free uint64
	return free, windows.GetDiskFreeSpaceEx(name, &free, nil, nil) == nil
}
