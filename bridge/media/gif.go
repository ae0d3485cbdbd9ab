package media

import (
	"bytes"
	"io"
)

// A GIF file is a screen, then blocks: frames, each with a control block before it, and extensions.
// Specification: https://www.w3.org/Graphics/GIF/spec-gif89a.txt.

// cleanGIF copies the frames, the loop count and the colour profile, and omits comments and
// everything else, including plain texts, which no program shows.
func cleanGIF(in input, out output, keep policy) (shape, error) {
	sh, err := copyGIF(in, out, keep)
	if err != nil {
		return shape{}, err
	}
	return sh, in.finish()
}

func copyGIF(in input, out output, keep policy) (sh shape, err error) {
	screen, err := in.take(13)
	if err != nil {
		return sh, err
	}
	sh.width, sh.height = int(le.Uint16(screen[6:])), int(le.Uint16(screen[8:]))
	if sh.width == 0 || sh.height == 0 {
		return sh, broken("it has no size")
	}
	// In a script GIF89a is a variable's name, and this width opens a comment.
	if s := string(screen[6:8]); s == "/*" || s == "//" {
		return sh, polyglot("a script")
	}
	sh.bytesPerPixel = 1
	out.Write(screen)
	if err := copyColours(in, out, screen[10]); err != nil {
		return sh, err
	}
	frames := 0
	var control []byte // of the next frame
	for {
		introducer, err := in.ReadByte()
		if err != nil {
			return sh, err
		}
		switch introducer {
		case 0x3b: // the trailer
			if frames == 0 {
				return sh, broken("it has no image")
			}
			sh.animated = frames > 1
			_, err := out.Write([]byte{0x3b})
			return sh, err
		case 0x2c:
			frames++
			out.Write(control)
			control = nil
			if err := copyFrame(in, out); err != nil {
				return sh, err
			}
		case 0x21:
			label, err := in.ReadByte()
			if err != nil {
				return sh, err
			}
			switch label {
			case 0xf9:
				if control, err = readControl(in); err != nil {
					return sh, err
				}
				continue
			case 0xff:
				err = copyApplication(in, out, keep)
			case 0x01:
				control = nil
				err = copyBlocks(in, nil)
			case 0xfe:
				if keep == keepAll {
					out.Write([]byte{0x21, label})
					err = copyBlocks(in, out)
				} else {
					err = copyBlocks(in, nil)
				}
			default:
				err = copyBlocks(in, nil)
			}
			if err != nil {
				return sh, err
			}
		case 0x00: // some encoders pad
		default:
			return sh, broken("a block is missing")
		}
	}
}

// copyColours copies the colour table, if the flags say that there is one.
func copyColours(in input, out io.Writer, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	return in.copyTo(out, 3<<(flags&7+1))
}

// copyFrame copies one frame behind its introducer.
func copyFrame(in input, out output) error {
	frame, err := in.take(9)
	if err != nil {
		return err
	}
	out.WriteByte(0x2c)
	out.Write(frame)
	if err := copyColours(in, out, frame[8]); err != nil {
		return err
	}
	codeSize, err := in.ReadByte()
	if err != nil {
		return err
	}
	if codeSize < 1 || codeSize > 11 {
		return broken("a frame's code size is impossible")
	}
	out.WriteByte(codeSize)
	return copyBlocks(in, out)
}

// copyBlocks copies data blocks up to the empty one that ends them. Without an output it skips
// them.
func copyBlocks(in input, out io.Writer) error {
	if out == nil {
		out = io.Discard
	}
	for {
		n, err := in.ReadByte()
		if err != nil {
			return err
		}
		out.Write([]byte{n})
		if n == 0 {
			return nil
		}
		if err := in.copyTo(out, int64(n)); err != nil {
			return err
		}
	}
}

// readControl reads a graphic control block behind its label.
func readControl(in input) ([]byte, error) {
	var block bytes.Buffer
	block.Write([]byte{0x21, 0xf9})
	if err := copyBlocks(in, &block); err != nil {
		return nil, err
	}
	if b := block.Bytes(); len(b) != 8 || b[2] != 4 {
		return nil, broken("a control block has the wrong length")
	}
	return block.Bytes(), nil
}

// copyApplication copies an application's block if it belongs to the image.
func copyApplication(in input, out io.Writer, keep policy) error {
	n, err := in.ReadByte()
	if err != nil {
		return err
	}
	name, err := in.take(int(n))
	if err != nil {
		return err
	}
	switch string(name) {
	case "NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012":
	case "XMP DataXMP":
		if keep != keepAll {
			return copyBlocks(in, nil)
		}
	default:
		return copyBlocks(in, nil)
	}
	out.Write([]byte{0x21, 0xff, n})
	out.Write(name)
	return copyBlocks(in, out)
}
