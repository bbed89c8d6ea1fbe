// Package authority knows who people are at the desk, what their role may do, and what proof a mail carries that its
// author is who From says.
//
// It guarantees that a forged From alone proves nothing (unless the desk chose that), that a token or a one-tap key
// serves only the audience, request and instance it was made for, and that a verdict of the receiving server counts
// only where that server, and nobody outside, can have written it. Doubt is no proof, never an error.
//
// It knows addresses, roles, teams, keys and header fields. It must not know requests' states, the text of mails, or
// where the roster and the keys are kept; whether a key has been used before is the store's matter.
package authority
