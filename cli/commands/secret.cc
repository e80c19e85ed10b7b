// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/create/create_request.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/inspection.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/secrets/secrets.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

constexpr Option kCreateOptions[] = {
    {.name = "driver", .letter = 'd', .help = "Secret driver", .fallback = "file"},
    {.name = "driver-opts", .kind = ValueKind::kStrings, .help = "Options of the driver"},
    {.name = "env",
     .kind = ValueKind::kFlag,
     .help = "The second argument is the name of an environment variable"},
    {.name = "label",
     .letter = 'l',
     .kind = ValueKind::kArray,
     .help = "Set metadata (key=value)"},
};
constexpr Option kLsOptions[] = {
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Filter secrets (name=, id=)"},
    {.name = "format", .help = "Print secrets as JSON or by a Go template"},
    {.name = "noheading", .kind = ValueKind::kFlag, .help = "Do not print headers"},
    {.name = "quiet", .letter = 'q', .kind = ValueKind::kFlag, .help = "Print only ids"},
};
constexpr Option kRmOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Remove all secrets"},
};
constexpr Option kInspectOptions[] = {kFormatOption};

constexpr Column kColumns[] = {{"ID", "ID"},
                               {"NAME", "Name"},
                               {"DRIVER", "Driver"},
                               {"CREATED", "CreatedAt"},
                               {"UPDATED", "UpdatedAt"}};

secrets::Secrets secrets_of(Context& context) {
  return {context.engine().store, context.engine().layout.secrets(), cancelled};
}

OrderedJson secret_json(const model::Secret& secret) {
  OrderedJson json{{"ID", secret.id},
                   {"CreatedAt", rfc3339_nano(secret.created_ns)},
                   {"UpdatedAt", rfc3339_nano(secret.updated_ns)},
                   {"Spec",
                    {{"Name", secret.name},
                     {"Driver", {{"Name", secret.driver}, {"Options", OrderedJson::object()}}},
                     {"Labels", OrderedJson::object()}}}};
  json["Spec"]["Driver"]["Options"].update(OrderedJson(secret.driver_options));
  json["Spec"]["Labels"].update(OrderedJson(secret.labels));
  return json;
}

// From a file, standard input or, with --env, a variable of our own environment.
std::string read_data(Context& context, const std::string& source) {
  if (context.options().flag("env")) {
    const char* value = std::getenv(source.c_str());
    if (value == nullptr) {
      throw Error(Code::kNotFound, "cannot create store secret data: environment variable " +
                                       source + " is not set");
    }
    return value;
  }
  return source == "-" ? read_all(STDIN_FILENO, "standard input") : read_file(source);
}

int create(Context& context) {
  const Options& options = context.options();
  secrets::NewSecret request;
  request.name = context.arguments()[0];
  secrets::require_valid_secret_name(request.name);
  request.driver = options.text("driver");
  request.driver_options = parse_labels(options.list("driver-opts"));
  request.labels = parse_labels(options.list("label"));
  request.data = read_data(context, context.arguments()[1]);
  request.created_ns = context.engine().clock.now_ns();
  context.out() << secrets_of(context).create(request) << "\n";
  return kExitOk;
}

bool fits(const model::Secret& secret, const std::vector<std::string>& filters) {
  for (const std::string& filter : filters) {
    const auto pair = cut(filter, '=');
    if (pair && pair->first == "name") {
      if (secret.name.find(pair->second) == std::string::npos) {
        return false;
      }
    } else if (pair && pair->first == "id") {
      if (!secret.id.starts_with(pair->second)) {
        return false;
      }
    } else {
      throw Error(Code::kInvalid, "invalid filter \"" + filter + "\"");
    }
  }
  return true;
}

int ls(Context& context) {
  const Options& options = context.options();
  Listing listing{
      .name = "ls", .type = "secret", .columns = kColumns, .document = OrderedJson::array()};
  const std::int64_t now = context.engine().clock.now_ns();
  for (const model::Secret& secret : secrets_of(context).list()) {
    if (!fits(secret, options.list("filter"))) {
      continue;
    }
    if (options.flag("quiet")) {
      context.out() << secret.id << "\n";
      continue;
    }
    listing.document.push_back(secret_json(secret));
    listing.rows.push_back({{"ID", secret.id},
                            {"Name", secret.name},
                            {"Driver", secret.driver},
                            {"CreatedAt", human_ago(secret.created_ns, now)},
                            {"UpdatedAt", human_ago(secret.updated_ns, now)}});
  }
  if (!options.flag("quiet")) {
    print_listing(context.out(), listing, options.text("format"), options.flag("noheading"));
  }
  return kExitOk;
}

int inspect(Context& context) {
  const Finder finder{"secret", [&](const std::string& name) -> std::optional<Document> {
                        const auto found =
                            context.engine().store.read([&](const store::Reader& reader) {
                              return reader.find_secret(name);
                            });
                        if (!found) {
                          return std::nullopt;
                        }
                        return Document{secret_json(*found), secret_json(*found)};
                      }};
  return inspect_objects(context, context.arguments(), {finder}, "secret");
}

int rm(Context& context) {
  std::vector<std::string> names = context.arguments();
  if (context.options().flag("all")) {
    for (const model::Secret& secret : secrets_of(context).list()) {
      names.push_back(secret.id);
    }
  }
  for_each(context, names, false, [&](const std::string& name) {
    context.out() << secrets_of(context).remove(name) << "\n";
    return false;
  });
  return kExitOk;
}

}  // namespace

constinit const Command kSecretCommand{
    .summary = "Manage secrets",
    .description = "Secrets are data that containers get without their images holding it",
    .usage = "[command]",
};

constinit const Command kSecretCreateCommand{
    .summary = "Create a new secret",
    .description = "Creates a secret from a file, or from standard input with -",
    .usage = "[options] NAME FILE|-",
    .examples =
        "secret create mysecret /path/to/secret\n"
        "printf \"secretdata\" | gantry secret create mysecret -",
    .options = {kCreateOptions},
    .arguments = {.least = 2, .most = 2},
    .run = create,
    .changes = true,
};

constinit const Command kSecretInspectCommand{
    .summary = "Inspect a secret",
    .description = "Displays what is known of one or more secrets, but not their data",
    .usage = "[options] SECRET [SECRET...]",
    .examples = "secret inspect mysecret",
    .options = {kInspectOptions},
    .arguments = {.least = 1},
    .run = inspect,
};

constinit const Command kSecretLsCommand{
    .summary = "List secrets",
    .usage = "[options]",
    .examples = "secret ls\nsecret ls --format \"{{.Name}}\"",
    .options = {kLsOptions},
    .arguments = kNoArguments,
    .run = ls,
};

constinit const Command kSecretRmCommand{
    .summary = "Remove one or more secrets",
    .usage = "[options] SECRET [SECRET...]",
    .examples = "secret rm mysecret1 mysecret2",
    .options = {kRmOptions},
    .arguments = {.least = 1, .unless = "all"},
    .run = rm,
    .changes = true,
};

}  // namespace gantry::cli
