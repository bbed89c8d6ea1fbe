package message

func decodeTransfer(encoding string, body []byte) []byte { return body }
