// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/template.h"

#include <gtest/gtest.h>

#include <gantry/error.hpp>

namespace gantry::cli::templates {
namespace {

const OrderedJson& sample() {
  static const OrderedJson data = OrderedJson::parse(R"({
    "ID": "0123456789abcdef", "Name": "web", "Pid": 7, "Running": true, "Dead": false,
    "Ratio": 1.5, "Empty": "", "Nothing": null, "Args": ["-c", "sleep 1"], "None": [],
    "State": {"Status": "running", "ExitCode": 0},
    "Labels": {"b": "two", "a": "one", "dotted.key": "3"},
    "Networks": {"podman": {"IPAddress": "10.88.0.2"}, "other": {"IPAddress": ""}},
    "Mounts": [{"Type": "bind", "Source": "/a"}, {"Type": "volume", "Source": "/b"}]
  })");
  return data;
}

std::string render(const std::string& text) {
  return Template::parse("ps", text).render(sample(), "container");
}

std::string failure(const std::string& text) {
  try {
    return "rendered: " + render(text);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Template, PrintsTextAndFields) {
  EXPECT_EQ(render("plain } text { here"), "plain } text { here");
  EXPECT_EQ(render("{{.Name}}/{{ .ID }}"), "web/0123456789abcdef");
  EXPECT_EQ(render("{{.State.Status}} {{.State.ExitCode}}"), "running 0");
  EXPECT_EQ(render("{{.Ratio}} {{.Pid}} {{.Running}} {{.Nothing}} {{.Args}} {{.None}}"),
            "1.5 7 true <nil> [-c sleep 1] []");
  EXPECT_EQ(render("{{.State}} {{.Labels}}"), "{running 0} map[a:one b:two dotted.key:3]");
}

TEST(Template, TellsMapsFromStructures) {
  EXPECT_EQ(render("{{.Labels.a}} {{.Labels.zzz}}"), "one <no value>");
  EXPECT_EQ(render("{{index .Labels \"zzz\"}}|{{index .Labels \"dotted.key\"}}"), "|3");
  EXPECT_EQ(render("{{.Networks.podman.IPAddress}}"), "10.88.0.2");
  EXPECT_EQ(failure("{{.Networks.podman.Foo}}"),
            "template: ps:1:2: executing \"ps\" at <.Networks.podman.Foo>: can't evaluate "
            "field Foo in type container.Networks.podman");
  EXPECT_EQ(render("{{(index .Networks \"podman\").IPAddress}}"), "10.88.0.2");
}

TEST(Template, UnknownFieldsAreErrors) {
  EXPECT_EQ(failure("{{.Foo}}"),
            "template: ps:1:2: executing \"ps\" at <.Foo>: can't evaluate field Foo in type "
            "container");
  EXPECT_EQ(failure("a\nb {{.State.Foo}}"),
            "template: ps:2:4: executing \"ps\" at <.State.Foo>: can't evaluate field Foo in "
            "type container.State");
  EXPECT_EQ(failure("{{.name}}"),
            "template: ps:1:2: executing \"ps\" at <.name>: can't evaluate field name in type "
            "container");
  EXPECT_EQ(failure("{{.Name.X}}"),
            "template: ps:1:2: executing \"ps\" at <.Name.X>: can't evaluate field X in type "
            "string");
  EXPECT_EQ(failure("{{.Nothing.X}}"),
            "template: ps:1:2: executing \"ps\" at <.Nothing.X>: nil pointer evaluating nil.X");
}

TEST(Template, CallsFunctions) {
  EXPECT_EQ(render("{{upper .Name}} {{lower \"ABC\"}} {{title \"a b-c\"}}"), "WEB abc A B-C");
  EXPECT_EQ(render("{{len .Args}} {{len .Labels}} {{len .Name}}"), "2 3 3");
  EXPECT_EQ(render("{{join .Args \", \"}}"), "-c, sleep 1");
  EXPECT_EQ(render("{{split \"a:b:c\" \":\"}} {{index (split \"a:b\" \":\") 1}}"), "[a b c] b");
  EXPECT_EQ(render("{{json .Args}} {{json .Labels}}"),
            "[\"-c\",\"sleep 1\"] {\"b\":\"two\",\"a\":\"one\",\"dotted.key\":\"3\"}");
  EXPECT_EQ(render("{{index .Args 0}} {{index .Mounts 1 \"Type\"}}"), "-c volume");
  EXPECT_EQ(render("{{slice .ID 0 4}} {{slice .Args 1}}"), "0123 [sleep 1]");
  EXPECT_EQ(render("{{truncate .ID 3}}|{{pad .Name 1 2}}|"), "012| web  |");
  EXPECT_EQ(render("{{println .Name 3}}"), "web 3\n");
  EXPECT_EQ(render("{{print 1 2}} {{print \"a\" 1 \"b\"}}"), "1 2 a1b");
}

// What podman prints for the same templates.
TEST(Template, EscapesForOtherLanguages) {
  EXPECT_EQ(render(R"({{html "<a href='x'>\"&\"\x00</a>"}})"),
            "&lt;a href=&#39;x&#39;&gt;&#34;&amp;&#34;\xef\xbf\xbd&lt;/a&gt;");
  EXPECT_EQ(render(R"({{js "it's \"<b>\" = \\ & \n\u00e9\u2028"}}|{{js "\xff"}})"),
            R"(it\'s \"\u003Cb\u003E\" \u003D \\ \u0026 \u000A)"
            "\xc3\xa9"
            "\\u2028|\xff");
  EXPECT_EQ(render(R"({{urlquery "a b/c?d=\u00e9&~-_."}})"), "a+b%2Fc%3Fd%3D%C3%A9%26~-_.");
  EXPECT_EQ(render("{{.Args | html}} {{urlquery .Pid .Ratio}} {{html}}"),
            "[-c sleep 1] 7+1.5 ");
  EXPECT_EQ(render("{{html .Name \"<\"}}"), "web&lt;");
}

TEST(Template, Compares) {
  EXPECT_EQ(render("{{eq .Name \"web\"}} {{eq .Pid 1 2 7}} {{ne .Pid 7}}"), "true true false");
  EXPECT_EQ(render("{{lt 1 2}} {{le 2 2}} {{gt \"b\" \"a\"}} {{ge 1 2}}"),
            "true true true false");
  EXPECT_EQ(render("{{not .Dead}} {{and .Running .Name}} {{or .Empty \"x\"}}"), "true web x");
  EXPECT_EQ(failure("{{eq .Name 1}}"),
            "template: ps:1:2: executing \"ps\" at <eq .Name 1>: error calling eq: "
            "incompatible types for comparison");
}

TEST(Template, FormatsLikeGo) {
  EXPECT_EQ(render("{{printf \"%s|%5s|%-5s|%q\" .Name .Name .Name \"a\\\"b\"}}"),
            "web|  web|web  |\"a\\\"b\"");
  EXPECT_EQ(render("{{printf \"%d|%5d|%05d|%x|%X|%+d\" .Pid .Pid .Pid 255 255 .Pid}}"),
            "7|    7|00007|ff|FF|+7");
  EXPECT_EQ(render("{{printf \"%.2f|%t|%v|%%|%.3s\" .Ratio .Running .Args .ID}}"),
            "1.50|true|[-c sleep 1]|%|012");
  EXPECT_EQ(render("{{printf \"%d\" .Name}} {{printf \"%s\"}} {{printf \"x\" 1}}"),
            "%!d(string=web) %!s(MISSING) x%!(EXTRA int=1)");
}

TEST(Template, Branches) {
  EXPECT_EQ(render("{{if .Running}}up{{else}}down{{end}}"), "up");
  EXPECT_EQ(render("{{if .Empty}}a{{else if .Nothing}}b{{else if .Pid}}c{{else}}d{{end}}"),
            "c");
  EXPECT_EQ(render("{{if .None}}some{{else}}none{{end}}"), "none");
  EXPECT_EQ(render("{{with .State}}{{.Status}}{{end}}"), "running");
  EXPECT_EQ(render("{{with .Empty}}x{{else}}{{.Name}}{{end}}"), "web");
  EXPECT_EQ(render("{{with $s := .State}}{{$s.Status}} {{$.Name}}{{end}}"), "running web");
}

TEST(Template, Ranges) {
  EXPECT_EQ(render("{{range .Args}}<{{.}}>{{end}}"), "<-c><sleep 1>");
  EXPECT_EQ(render("{{range $i, $a := .Args}}{{if $i}}, {{end}}{{$i}}={{$a}}{{end}}"),
            "0=-c, 1=sleep 1");
  EXPECT_EQ(render("{{range $k, $v := .Labels}}{{$k}}:{{$v}};{{end}}"),
            "a:one;b:two;dotted.key:3;");
  EXPECT_EQ(render("{{range $a := .Args}}{{$a}}.{{end}}"), "-c.sleep 1.");
  EXPECT_EQ(render("{{range .None}}x{{else}}none{{end}}"), "none");
  EXPECT_EQ(render("{{range .Mounts}}{{.Type}} {{$.Name}};{{end}}"), "bind web;volume web;");
  EXPECT_EQ(render("{{range .Networks}}[{{.IPAddress}}]{{end}}"), "[][10.88.0.2]");
  EXPECT_EQ(render("{{range $i, $a := .Args}}{{if $i}}{{break}}{{end}}{{$a}}{{end}}"), "-c");
  EXPECT_EQ(render("{{range $i, $a := .Args}}{{if not $i}}{{continue}}{{end}}{{$a}}{{end}}"),
            "sleep 1");
  EXPECT_EQ(failure("{{range .Pid}}{{end}}"),
            "template: ps:1:8: executing \"ps\" at <.Pid>: range can't iterate over 7");
}

TEST(Template, KeepsVariables) {
  EXPECT_EQ(render("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}"), "2");
  EXPECT_EQ(render("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}"), "21");
  EXPECT_EQ(render("{{$s := .State}}{{$s.Status}}"), "running");
}

TEST(Template, Pipes) {
  EXPECT_EQ(render("{{.Name | upper | printf \"%s-%s\" \"x\"}}"), "x-WEB");
  EXPECT_EQ(render("{{len (split \"a,b\" \",\")}}"), "2");
  EXPECT_EQ(render("{{(len .Args) | printf \"%03d\"}}"), "002");
}

TEST(Template, ReadsLiterals) {
  EXPECT_EQ(render("{{\"a\\tb\\n\\x41\\u00e9\\\\\"}}"), "a\tb\nA\xc3\xa9\\");
  EXPECT_EQ(render("{{`raw \\n`}} {{12}} {{-3}} {{1.25}} {{0x10}} {{true}} {{'a'}}"),
            "raw \\n 12 -3 1.25 16 true 97");
}

TEST(Template, TrimsAndSkipsComments) {
  EXPECT_EQ(render("a  {{- .Name -}}  b"),
            "aweb"
            "b");
  EXPECT_EQ(render("a {{/* said } nothing */}} b"), "a  b");
  EXPECT_EQ(render("a {{- /* c */ -}} b"), "ab");
  EXPECT_EQ(render("{{range .Args -}}\n  {{.}},\n{{- end}}"), "-c,sleep 1,");
}

TEST(Template, RefusesWhatItCannotRead) {
  EXPECT_EQ(failure("{{foo}}"), "template: ps:1: function \"foo\" not defined");
  EXPECT_EQ(failure("{{if}}x{{end}}"), "template: ps:1: missing value for if");
  EXPECT_EQ(failure("{{}}"), "template: ps:1: missing value for command");
  EXPECT_EQ(failure("{{.State"), "template: ps:1: unclosed action");
  EXPECT_EQ(failure("{{\"a"), "template: ps:1: unterminated quoted string");
  EXPECT_EQ(failure("{{`a"), "template: ps:1: unterminated raw quoted string");
  EXPECT_EQ(failure("{{range .Args}}"), "template: ps:1: unexpected EOF");
  EXPECT_EQ(failure("{{end}}"), "template: ps:1: unexpected {{end}}");
  EXPECT_EQ(failure("{{else}}"), "template: ps:1: unexpected {{else}}");
  EXPECT_EQ(failure("x\n{{$x}}"), "template: ps:2: undefined variable \"$x\"");
  EXPECT_EQ(failure("{{range $v := .Args}}{{end}}{{$v}}"),
            "template: ps:1: undefined variable \"$v\"");
  EXPECT_EQ(failure("{{.Name .ID}}"),
            "template: ps:1: can't give argument to non-function .Name");
  EXPECT_EQ(failure("{{.Name | .ID}}"),
            "template: ps:1: non executable command in pipeline stage 2");
  EXPECT_EQ(failure("{{(.Name}}"), "template: ps:1: unclosed left paren");
  EXPECT_EQ(failure("{{1a}}"), "template: ps:1: bad number syntax: \"1a\"");
  EXPECT_EQ(failure("{{.ID}"), "template: ps:1: unexpected bad character U+007D '}' in action");
  EXPECT_EQ(failure("{{break}}"), "template: ps:1: {{break}} outside {{range}}");
  EXPECT_EQ(failure("{{/* x"), "template: ps:1: unclosed comment");
  EXPECT_EQ(failure("{{template \"x\"}}"),
            "template: ps:1: {{template}} is not supported here: a format is one template");
}

TEST(Template, TellsWrongCalls) {
  EXPECT_EQ(
      failure("{{len 3}}"),
      "template: ps:1:2: executing \"ps\" at <len 3>: error calling len: len of type int");
  EXPECT_EQ(failure("{{index .Args 9}}"),
            "template: ps:1:2: executing \"ps\" at <index .Args 9>: error calling index: index "
            "out of range: 9");
  EXPECT_EQ(failure("{{upper}}"),
            "template: ps:1:2: executing \"ps\" at <upper>: wrong number of args for upper: "
            "want 1 got 0");
  EXPECT_EQ(failure("{{upper .Pid}}"),
            "template: ps:1:2: executing \"ps\" at <upper .Pid>: error calling upper: wrong "
            "type for value; expected string; got int");
}

TEST(Template, NeverCrashesOnCutOffText) {
  const std::string whole =
      "{{range $i, $v := .Mounts -}}{{if eq $v.Type \"bind\"}}{{printf `%s` (index $.Args 0) | "
      "upper}}{{else}}{{/* c */}}{{end}}{{- end}}";
  EXPECT_EQ(render(whole), "-C");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    (void)failure(whole.substr(0, length));
  }
}

}  // namespace
}  // namespace gantry::cli::templates
