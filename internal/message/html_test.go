package message

import "testing"

var htmlTests = []struct{ name, html, want string }{
	{"nothing", "", ""},
	{"words", "<b>one</b> <i>two</i>three", "one twothree"},
	{"paragraphs", "<p>one</p><p>two</p>three", "one\n\ntwo\n\nthree"},
	{"unclosed", "<p>one<p>two<b>bold", "one\n\ntwobold"},
	{"divs", "<div>one</div><div><br></div><div>two<br></div><div>three</div>", "one\n\ntwo\nthree"},
	{"breaks", "a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd"},
	{"spaces", "  a \n  b&nbsp; c\t<span> d </span>e ", "a b c d e"},
	{"entities", "caf&eacute; &lt;tag&gt; &#8364;5 &amp;c &nosuch; 5&lt6", "café <tag> €5 &c &nosuch; 5<6"},
	{"outlook", "<p class=MsoNormal>one<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>two</p>", "one\n\ntwo"},
	{"list", "before<ul><li>one<li>two<ul><li>inner</ul></ul>after", "before\n- one\n- two\n  - inner\n\nafter"},
	{"numbers", "<ol><li><p>one</p></li><li>two</li></ol>", "1. one\n2. two"},
	{"numbers that begin later", `<ol start="3"><li>c</li><li value="7">g</li><li>h</li></ol>`, "3. c\n7. g\n8. h"},
	{"a face", `<img data-emoji="x" alt="😀" src=y> hi`, "😀 hi"},
	{"table", "<table><tr><th>Room</th><th>Device</th></tr><tr><td><p>12</p></td><td><div>Printer</div></td></tr></table>end", "Room | Device\n12 | Printer\nend"},
	{"cells of several lines", "<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\nc"},
	{"empty cells", "<table><tr><td></td><td>a</td><td>&nbsp;</td><td>b</td><td></td></tr><tr><td>c</td></tr></table>", "a | b\nc"},
	{"labels", "<table><tr><td>Room:</td><td>12</td></tr></table>", "Room: 12"},
	{"layout tables", "<table><tr><td><table><tr><td>one</td></tr><tr><td>two</td></tr></table></td></tr><tr><td>three</td></tr></table>", "one\ntwo\nthree"},
	{"link", `see <a href="https://x.example/a">the page</a>.`, "see the page <https://x.example/a>."},
	{"link that shows itself", `<a href="https://x.example/">x.example</a> <a href="mailto:a@x.example">a@x.example</a>`, "x.example a@x.example"},
	{"link that lies", `<a href="https://evil.example/">https://bank.example/</a>`, "https://bank.example/ <https://evil.example/>"},
	{"links of no use", `<a href="#top">top</a> <a href="javascript:x()">run</a> <a name=x>here</a>`, "top run here"},
	{"wrapped link", `<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fa&amp;data=1">https://x.example/a</a>`, "https://x.example/a"},
	{"images", `<img src=x alt="a broken screen"><img src=y><img width=1 height=1 alt=spy><a href="https://x.example"><img src=z></a>`, "[image: a broken screen]"},
	{"scripts", "a<script>if (a<b) x()</script><style>p{}</style><title>t</title>b", "ab"},
	{"hidden", `a<span style="display: none">x<span>y</span></span><div style="DISPLAY:NONE">z</div><p hidden>q</p>b<span style="font-size:0px">k</span>`, "ab"},
	{"hidden by class", `<style>.pre, .x { display : none !important } @media print { .y { display:none } }</style><div class="big pre">a</div><div class=y>b</div>`, "b"},
	{"small is not hidden", `<td style="font-size:0"><div style="font-size:14px">a</div></td><span style="font-size:0.8em;opacity:0.5">b</span>`, "a\nb"},
	{"nothing but hidden", `<div style="display:none">all of it</div>`, "all of it"},
	{"comments", "a<!-- x --><!--[if mso]>y<![endif]-->b<![if !mso]>c<![endif]>", "abc"},
	{"quotes", "new<blockquote type=cite>old<blockquote>older</blockquote></blockquote>", "new\n> old\n>> older"},
	{"quoted blank lines", "<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc"},
	{"indented, not quoted", `<blockquote style="margin:0 0 0 40px;border:none;padding:0px">a</blockquote>`, "a"},
	{"outlook's line", `a<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> b</div>`, "a\n\n________________________________\nFrom: b"},
	{"signature", `a<div class="gmail_signature">Kim</div>`, "a\n--\nKim"},
	{"signature with its own delimiter", `a<div class="moz-signature">-- <br>Kim</div>`, "a\n--\nKim"},
	{"empty signature", `a<div id="Signature"><div><br></div></div><div>b</div>`, "a\n\nb"},
	{"preformatted", "<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\nd"},
	{"invisible characters", "pro\u00adjec\u200btor\ufeff", "projector"},
	{"no tags", "just < text & more", "just < text & more"},
	{"cut off", "a<b", "a"},
}

func TestHTML(t *testing.T) {
	for _, tt := range htmlTests {
		t.Run(tt.name, func(t *testing.T) {
			if got := htmlText([]byte(tt.html)); got != tt.want {
				t.Errorf("%s\n got %q\nwant %q", tt.html, got, tt.want)
			}
		})
	}
}
