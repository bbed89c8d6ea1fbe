package message

import "strings"

func toUTF8(raw []byte, declared string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\uFFFD"), "\r\n", "\n")
}
