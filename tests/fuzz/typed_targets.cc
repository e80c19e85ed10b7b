// SPDX-License-Identifier: Apache-2.0
//
// What people type.
#include <gantry/error.hpp>

#include <string>
#include <vector>

#include "cli/create/create_request.h"
#include "cli/templates/template.h"
#include "cli/values.h"
#include "core/events/event.h"
#include "core/image/config.h"
#include "core/image/manifest.h"
#include "core/image/reference.h"
#include "core/lifecycle/signals.h"
#include "core/model/id_mapping.h"
#include "core/model/mount.h"
#include "core/monitor/detach_keys.h"
#include "core/net/hosts.h"
#include "core/net/network_option.h"
#include "core/net/port_spec.h"
#include "core/net/resolv_conf.h"
#include "core/userns/auto_options.h"
#include "sdk/support/duration.h"
#include "sdk/support/ip.h"
#include "sdk/support/timestamp.h"
#include "tests/fuzz/target.h"

namespace gantry::fuzz {

namespace {

cli::HostFacts nowhere() {
  return {{}, [](const std::string&) { return true; }, "/here", "gantry"};
}

void render(const std::string& text) {
  const OrderedJson data{{"ID", "1f2e"},
                         {"Names", {"a", "b"}},
                         {"Labels", {{"k", "v"}}},
                         {"State", {{"Pid", 7}, {"Running", true}, {"Error", nullptr}}},
                         {"Size", 1.5}};
  (void)cli::templates::Template::parse("ps", text).render(data, "Row");
}

// Readers that answer nothing to what they do not understand.
void measure(const std::string& text) {
  (void)parse_timestamp(text);
  (void)parse_duration(text);
  (void)cli::parse_size(text);
  (void)cli::parse_int(text);
  (void)cli::parse_uint(text);
  (void)cli::parse_float(text);
  (void)cli::parse_bool(text);
  (void)cli::parse_time(text, 1'700'000'000'000'000'000);
  (void)cli::split_csv(text);
  (void)find_ip(text);
}

void detach(const std::string& text) {
  monitor::DetachKeys usual("ctrl-p,ctrl-q");
  std::string out;
  (void)usual.feed(text, out);
  monitor::DetachKeys keys(text);
  (void)keys.feed(text, out);
}

void change(const std::string& text) {
  model::ImageDefaults defaults;
  image::apply_change(defaults, text);
}

void filter(const std::string& text) {
  events::EventFilter filter;
  filter.add(text);
  (void)filter.matches({1, "container", "start", "id", "name", "image", {{"k", "v"}}});
}

}  // namespace

std::vector<Target> typed_targets() {
  return {
      {"template",
       {"{{.ID}}\\t{{.Names}}", "{{range $i, $n := .Names}}{{$i}}{{println $n}}{{end}}",
        "{{if and .State.Running (gt .State.Pid 3)}}{{json .}}{{else}}no{{end}}",
        "table {{upper .ID}} {{join .Names \",\"}} {{len .Labels}} {{index .Labels \"k\"}}",
        "{{with .State}}{{printf \"%05d %q %v %x %s\" .Pid .Error . 255 \"x\"}}{{end}}",
        "{{- /* no */ -}} {{`raw`}} {{'c'}} {{.State.Pid | printf \"%d\"}} {{slice .ID 1 2}}",
        "{{define}}", "{{$x := 1}}{{$x = 2}}{{$x}}{{break}}"},
       [](const std::string& text) {
         try {
           render(text);
         } catch (const Error& e) {
           if (text != "{{define}}" && text.find("{{break}}") == std::string::npos) {
             throw;
           }
         }
       }},
      {"amount",
       {"2024-01-31T12:00:00.5+01:00", "1h2m3.5s", "10GiB", "-7", "1e3", "true", "10m",
        "a,\"b,c\"", "fe80::1", "1700000000.25", "::ffff:1.2.3.4"},
       measure},
      {"reference",
       {"alpine", "docker.io/library/alpine:3.19",
        "localhost:5000/a/b_c.d-e:t@sha256:" + std::string(64, 'a')},
       [](const std::string& text) {
         (void)image::normalize(text);
         (void)image::normalize_local(text);
         (void)image::local_candidates(text);
       }},
      {"platform",
       {"linux/amd64", "linux/arm/v7"},
       [](const std::string& text) { (void)image::parse_platform(text); }},
      {"port",
       {"80", "8080:80", "127.0.0.1:8080-8082:80-82/udp", "[::1]::80/tcp", "0.0.0.0::53/sctp"},
       [](const std::string& text) {
         const auto ports = net::merge_ports(net::parse_port(text));
         (void)net::ports_to_text(ports);
         (void)net::port_lines(ports);
       }},
      {"exposed",
       {"80", "80-90/tcp", "53/udp"},
       [](const std::string& text) { (void)net::parse_exposed(text); }},
      {"network",
       {"none", "host", "bridge:ip=10.0.0.2,mac=92:d0:c6:0a:29:33,alias=a", "container:x",
        "ns:/run/x", "one,two", "net:interface_name=eth7,ip6=fd00::2"},
       [](const std::string& text) {
         if (net::parse_network_option(text).mode == model::NetworkMode::kBridge) {
           (void)net::join_networks({text}, {"", "", "", {"a"}}, "gantry");
         }
       }},
      {"address",
       {"10.1.2.3/8", "fd00::/64", "0.0.0.0/0", "255.255.255.255/32", "::/0"},
       [](const std::string& text) {
         const Subnet subnet = parse_subnet(text);
         (void)next(subnet);
         (void)next(last_of(subnet));
         (void)to_text(subnet);
       }},
      {"mac",
       {"92:d0:c6:0a:29:33"},
       [](const std::string& text) { (void)net::parse_mac(text); }},
      {"extra_host",
       {"name:1.2.3.4", "name:host-gateway", "v6:fd00::1"},
       net::require_extra_host},
      {"id_range",
       {"0:100000:65536", "0:1:1"},
       [](const std::string& text) {
         const model::IdRange range = model::parse_id_range(text, "uidmap");
         model::require_valid({{range}, {range}});
         (void)model::to_host({range}, 7);
       }},
      {"auto_options",
       {"size=65536", "uidmapping=0:1:10,gidmapping=0:1:10,size=5"},
       [](const std::string& text) { (void)userns::parse_auto_options(text); }},
      {"volume",
       {"/a:/b:ro,z", "vol:/data", "/only", "./x:/y:O,upperdir=/u,workdir=/w"},
       [](const std::string& text) { (void)cli::parse_volume(text, nowhere()); }},
      {"mount",
       {"type=bind,src=/a,dst=/b,ro,bind-propagation=rshared",
        "type=tmpfs,dst=/t,tmpfs-size=1m", "type=volume,source=v,target=/v,U=true",
        "type=image,src=i,dst=/i,rw=true", "type=devpts,destination=/dev/pts,uid=1,max=7"},
       [](const std::string& text) {
         (void)model::clean_destination(cli::parse_mount(text, nowhere()).destination);
       }},
      {"tmpfs",
       {"/t:size=10m,mode=1777", "/t"},
       [](const std::string& text) { (void)cli::parse_tmpfs(text); }},
      {"restart",
       {"always", "on-failure:3", "no"},
       [](const std::string& text) { (void)cli::parse_restart(text); }},
      {"device",
       {"/dev/null:/dev/x:rwm", "/dev/fuse"},
       [](const std::string& text) { (void)cli::parse_device(text); }},
      {"secret",
       {"name,type=mount,target=/t,uid=1,gid=2,mode=0400", "name,type=env,target=E"},
       [](const std::string& text) { (void)cli::parse_secret(text); }},
      {"ulimit",
       {"nofile=10:20", "core=-1", "nproc=5"},
       [](const std::string& text) { (void)cli::parse_ulimit(text); }},
      {"label",
       {"key=value", "key", "a=b=c"},
       [](const std::string& text) { (void)cli::parse_labels({text}); }},
      {"signal",
       {"SIGTERM", "9", "SIGRTMIN+3", "rtmax-1"},
       [](const std::string& text) { (void)lifecycle::parse_signal(text); }},
      {"detach_keys", {"ctrl-p,ctrl-q", "a,b", ""}, detach},
      {"change",
       {"CMD [\"a\", \"b\"]", "ENV A=\"b c\" D=e", "EXPOSE 80/tcp 81", "USER 1:2",
        "VOLUME /a /b", "HEALTHCHECK --interval=5s --retries=3 CMD a b", "LABEL a=b",
        "ENTRYPOINT x y", "STOPSIGNAL TERM", "WORKDIR /x", "ONBUILD RUN x"},
       change},
      {"event_filter", {"container=x", "label=a=b", "event=start", "type=image"}, filter},
  };
}

}  // namespace gantry::fuzz
