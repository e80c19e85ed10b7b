// SPDX-License-Identifier: Apache-2.0
//
// plugin ls, inspect and verify: they read plug-in files and open no engine.
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/engine_opener.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/values.h"
#include "core/engine/open_engine.h"
#include "core/host/discovery.h"
#include "core/host/verify.h"

namespace gantry::cli {
namespace {

constexpr Option kLsOptions[] = {
    {.name = "format", .help = "Print plug-ins as JSON or by a Go template"},
    {.name = "noheading",
     .letter = 'n',
     .kind = ValueKind::kFlag,
     .help = "Do not print headers"},
    {.name = "quiet",
     .letter = 'q',
     .kind = ValueKind::kFlag,
     .help = "Print only kinds and names"},
};
constexpr Option kFormatOptions[] = {
    {.name = "format", .letter = 'f', .help = "Change the output to JSON or a Go template"},
};

constexpr Column kColumns[] = {{"KIND", "Kind"},           {"NAME", "Name"},
                               {"VERSION", "Version"},     {"INTERFACE", "Interface"},
                               {"STATUS", "Status"},       {"PATH", "Path"},
                               {"INTERFACE", "ABI", false}};

OrderedJson document_of(const host::PluginFile& file) {
  const host::PluginFacts& facts = file.facts;
  const bool readable = !facts.kind.empty();
  const std::string interface =
      readable ? std::to_string(facts.major) + "." + std::to_string(facts.minor) : "";
  return {{"Kind", file.id.kind},
          {"Name", file.id.name},
          {"Version", facts.version},
          {"Interface", interface},
          {"MinHostMinor", facts.min_host_minor},
          {"Vendor", facts.vendor},
          {"License", facts.license},
          {"Path", file.path.string()},
          {"Status", file.problem.empty() ? "ok" : "refused"},
          {"Problem", file.problem}};
}

std::vector<std::filesystem::path> folders(Context& context) {
  return engine::plugin_directories(configuration_of(context.options()));
}

int ls(Context& context) {
  const Options& options = context.options();
  Listing listing{
      .name = "ls", .type = "plugin", .columns = kColumns, .document = OrderedJson::array()};
  std::vector<std::string> problems;
  for (const host::PluginFile& file : host::list_plugins(folders(context))) {
    if (options.flag("quiet")) {
      context.out() << file.id.kind << "-" << file.id.name << "\n";
      continue;
    }
    listing.document.push_back(document_of(file));
    if (!file.problem.empty()) {
      problems.push_back(file.problem);
    }
  }
  if (options.flag("quiet")) {
    return kExitOk;
  }
  const std::string format = options.text("format");
  listing.rows.assign(listing.document.begin(), listing.document.end());
  print_listing(context.out(), listing, format, options.flag("noheading"));
  if (format.empty()) {
    context.out().flush();
    for (const std::string& problem : problems) {
      context.err() << "refused: " << problem << "\n";
    }
  }
  return kExitOk;
}

// A path, or kind-name as the files are called.
std::filesystem::path find(Context& context, const std::string& word) {
  if (word.find('/') != std::string::npos) {
    return word;
  }
  const auto pair = cut(word, '-');
  if (!pair) {
    throw Error(Code::kInvalid, "\"" + word +
                                    "\" is neither a path nor a plug-in's name: names look "
                                    "like oci-crun, and `gantry plugin ls` prints them");
  }
  return host::find_plugin(folders(context), pair->first, pair->second);
}

int inspect(Context& context) {
  const std::string format = context.options().text("format");
  OrderedJson documents = OrderedJson::array();
  for (const std::string& word : context.arguments()) {
    documents.push_back(document_of(host::examine(find(context, word))));
  }
  if (format.empty() || wants_json(format)) {
    print_json(context.out(), documents);
    return kExitOk;
  }
  for (const OrderedJson& document : documents) {
    print_object(context.out(), "plugin inspect", "plugin", document, format);
  }
  return kExitOk;
}

void print_report(std::ostream& out, const host::VerifyReport& report) {
  out << report.file.string() << "\n";
  for (const host::VerifyCheck& check : report.checks) {
    out << "  " << check.result << "  " << check.name
        << (check.detail.empty() ? "" : ": " + check.detail) << "\n";
  }
}

int verify(Context& context) {
  const std::string format = context.options().text("format");
  OrderedJson documents = OrderedJson::array();
  std::string failed;
  for (const std::string& word : context.arguments()) {
    const host::VerifyReport report = host::verify(find(context, word), engine::own_program());
    failed = report.ok() ? failed : report.file.string();
    documents.push_back(OrderedJson::parse(to_text(host::to_json(report))));
    if (format.empty()) {
      print_report(context.out(), report);
    } else if (!wants_json(format)) {
      print_object(context.out(), "plugin verify", "report", documents.back(), format);
    }
  }
  if (wants_json(format)) {
    print_json(context.out(), documents);
  }
  if (!failed.empty()) {
    throw Error(Code::kInvalid, failed + " did not pass");
  }
  return kExitOk;
}

int verify_child(Context& context) {
  return host::verify_in_child(context.arguments().front());
}

}  // namespace

constinit const Command kPluginCommand{
    .summary = "Manage plug-ins",
    .description =
        "Plug-ins are the runtimes, storage drivers, networks and state stores that\n"
        "gantry works with",
    .usage = "[command]",
};

constinit const Command kPluginLsCommand{
    .summary = "List plug-ins",
    .description = "Lists the plug-ins found, without loading them",
    .usage = "[options]",
    .examples = "plugin ls\nplugin ls --format '{{.Kind}} {{.Name}} {{.Path}}'",
    .options = {kLsOptions},
    .arguments = kNoArguments,
    .run = ls,
};

constinit const Command kPluginInspectCommand{
    .summary = "Display what plug-ins say of themselves",
    .description = "Reads the descriptor of plug-ins without loading them",
    .usage = "[options] PLUGIN|FILE [PLUGIN|FILE...]",
    .examples = "plugin inspect oci-crun\nplugin inspect ./gantry-oci-mine.so",
    .options = {kFormatOptions},
    .arguments = {.least = 1},
    .run = inspect,
};

constinit const Command kPluginVerifyCommand{
    .summary = "Load plug-ins in a child process and check them",
    .description =
        "Checks files, loads them in a child process, and runs the conformance kit\n"
        "where it is installed",
    .usage = "[options] PLUGIN|FILE [PLUGIN|FILE...]",
    .examples = "plugin verify ./gantry-oci-mine.so\nplugin verify state-leveldb --format json",
    .options = {kFormatOptions},
    .arguments = {.least = 1},
    .run = verify,
};

constinit const Command kPluginVerifyChildCommand{
    .summary = "The child of plugin verify",
    .usage = "FILE",
    .arguments = {.least = 1, .most = 1},
    .run = verify_child,
};

}  // namespace gantry::cli
