// SPDX-License-Identifier: Apache-2.0
//
// The documents' members, against the names that podman 4.3 prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

#include "cli/completion.h"
#include "cli/documents/container_inspect.h"
#include "cli/documents/image_documents.h"
#include "cli/documents/network_documents.h"
#include "cli/documents/volume_documents.h"
#include "cli/manual.h"
#include "cli/process_table.h"
#include "cli/templates/template.h"

namespace gantry::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// The members of wanted (separated by spaces) that json lacks.
std::vector<std::string> lacking(const OrderedJson& json, const std::string& wanted) {
  std::vector<std::string> missing;
  std::istringstream words(wanted);
  for (std::string word; words >> word;) {
    if (!json.contains(word)) {
      missing.push_back(word);
    }
  }
  return missing;
}

store::ContainerRow sample_row() {
  store::ContainerRow row;
  row.brief.id = std::string(64, 'a');
  row.brief.name = "web";
  row.brief.image_id = std::string(64, 'b');
  row.brief.image_name = "localhost/bb:latest";
  row.brief.argv = {"sh", "-c", "a very long command line"};
  row.brief.created_ns = 1'000'000'000'000;
  row.brief.labels = {{"a", "b"}};
  row.brief.ports = {{"", "tcp", 8080, 80, 1}};
  row.brief.networks = {"gantry"};
  row.state.status = model::Status::kRunning;
  row.state.started_ns = 1'001'000'000'000;
  row.state.pid = 7;
  return row;
}

lifecycle::Inspected sample() {
  lifecycle::Inspected container;
  model::ContainerConfig& config = container.config;
  config.id = std::string(64, 'a');
  config.name = "web";
  config.process.entrypoint = {"sh"};
  config.process.command = {"-c", "true"};
  config.process.env = {{"A", "1"}};
  config.network.attachments = {{"gantry", "eth0", {}, {}, {"alias"}}};
  config.network.ports = {{"", "tcp", 8080, 80, 2}};
  model::Mount volume;
  volume.kind = model::MountKind::kVolume;
  volume.source = "data";
  volume.destination = "/data";
  volume.options = {"ro", "nosuid"};
  model::Mount tmpfs;
  tmpfs.kind = model::MountKind::kTmpfs;
  tmpfs.destination = "/t";
  tmpfs.options = {"size=1m"};
  config.mounts = {volume, tmpfs};
  config.backends = {"crun", "overlay", "cni"};
  container.state.network_status = Json::parse(R"({"gantry": {"interfaces": {"eth0": {
      "mac_address": "aa:bb", "subnets": [{"ipnet": "10.1.0.2/24", "gateway": "10.1.0.1"}]}}}})");
  return container;
}

TEST(ContainerRow, HasPodmansMembers) {
  const OrderedJson json = container_json(sample_row(), 1'005'000'000'000, std::nullopt);
  EXPECT_THAT(lacking(json,
                      "AutoRemove Command CreatedAt Exited ExitedAt ExitCode Id Image ImageID "
                      "IsInfra Labels Mounts Names Namespaces Networks Pid Pod PodName Ports "
                      "Size StartedAt State Status Created"),
              IsEmpty());
  EXPECT_EQ(json["Names"], OrderedJson::array({"web"}));
  EXPECT_EQ(json["Status"], "Up 4 seconds");
  EXPECT_EQ(json["Ports"][0]["host_port"], 8080);
}

TEST(ContainerRow, ShortensForPeople) {
  const OrderedJson row =
      container_row(sample_row(), {1'005'000'000'000, true}, ContainerSize{10, 2000});
  EXPECT_EQ(row["ID"], "aaaaaaaaaaaa");
  EXPECT_EQ(row["Command"], "sh -c a very long...");
  EXPECT_EQ(row["Ports"], "0.0.0.0:8080->80/tcp");
  EXPECT_EQ(row["Size"], "10B (virtual 2kB)");
  const OrderedJson whole =
      container_row(sample_row(), {1'005'000'000'000, false}, std::nullopt);
  EXPECT_EQ(whole["Command"], "sh -c a very long command line");
}

TEST(ContainerInspect, HasPodmansMembers) {
  const OrderedJson json = container_inspect(sample(), {});
  EXPECT_THAT(
      lacking(json,
              "Id Created Path Args State Image ImageDigest ImageName Rootfs Pod "
              "ResolvConfPath HostnamePath HostsPath StaticDir OCIConfigPath OCIRuntime "
              "ConmonPidFile PidFile Name RestartCount Driver MountLabel ProcessLabel "
              "AppArmorProfile EffectiveCaps BoundingCaps ExecIDs GraphDriver Mounts "
              "Dependencies NetworkSettings Namespace IsInfra IsService Config HostConfig"),
      IsEmpty());
  EXPECT_THAT(lacking(json["State"],
                      "OciVersion Status Running Paused Restarting OOMKilled Dead Pid "
                      "ExitCode Error StartedAt FinishedAt Health CheckpointedAt "
                      "RestoredAt"),
              IsEmpty());
  EXPECT_THAT(
      lacking(json["Config"],
              "Hostname Domainname User AttachStdin AttachStdout AttachStderr Tty OpenStdin "
              "StdinOnce Env Cmd Image Volumes WorkingDir Entrypoint OnBuild Labels "
              "Annotations StopSignal HealthcheckOnFailureAction CreateCommand Umask Timeout "
              "StopTimeout Passwd sdNotifyMode"),
      IsEmpty());
  EXPECT_THAT(
      lacking(
          json["HostConfig"],
          "Binds CgroupManager CgroupMode ContainerIDFile LogConfig NetworkMode PortBindings "
          "RestartPolicy AutoRemove VolumeDriver VolumesFrom CapAdd CapDrop Dns DnsOptions "
          "DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Cgroups Links OomScoreAdj PidMode "
          "Privileged PublishAllPorts ReadonlyRootfs SecurityOpt Tmpfs UTSMode UsernsMode "
          "ShmSize "
          "Runtime ConsoleSize Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight "
          "CpuPeriod CpuQuota CpusetCpus CpusetMems Devices MemoryReservation MemorySwap "
          "MemorySwappiness OomKillDisable PidsLimit Ulimits CgroupConf"),
      IsEmpty());
}

TEST(ContainerInspect, TellsNetworksAndMounts) {
  const OrderedJson json = container_inspect(sample(), {});
  const OrderedJson& network = json["NetworkSettings"];
  EXPECT_EQ(network["IPAddress"], "10.1.0.2");
  EXPECT_EQ(network["IPPrefixLen"], 24);
  EXPECT_EQ(network["Networks"]["gantry"]["Gateway"], "10.1.0.1");
  EXPECT_EQ(network["Ports"]["81/tcp"][0]["HostPort"], "8081");
  ASSERT_EQ(json["Mounts"].size(), 1U);
  EXPECT_EQ(json["Mounts"][0]["RW"], false);
  EXPECT_EQ(json["Mounts"][0]["Options"], OrderedJson::array({"nosuid", "nodev", "rbind"}));
  EXPECT_EQ(json["HostConfig"]["Tmpfs"]["/t"].get<std::string>().find("size=1m,rw,"), 0U);
  EXPECT_EQ(json["Path"], "sh");
}

TEST(ContainerInspect, LeavesOutEmptyMembersInJsonAlone) {
  const OrderedJson view = container_inspect(sample(), {});
  EXPECT_TRUE(view.contains("ID"));
  EXPECT_TRUE(view["Config"].contains("Timezone"));
  const OrderedJson json = container_without_empties(view);
  EXPECT_FALSE(json.contains("ID"));
  EXPECT_FALSE(json.contains("SizeRw"));
  EXPECT_FALSE(json["Config"].contains("Timezone"));
  EXPECT_TRUE(json["NetworkSettings"].contains("Networks"));
}

TEST(ImageDocuments, HavePodmansMembers) {
  model::Image image;
  image.id = std::string(64, 'c');
  image.names = {"localhost/bb:latest", "docker.io/library/bb:2"};
  const OrderedJson view = image_inspect(image, "overlay");
  EXPECT_THAT(lacking(view,
                      "Id Digest RepoTags RepoDigests Parent Comment Created Config Version "
                      "Author Architecture Os Size VirtualSize GraphDriver RootFS Labels "
                      "Annotations ManifestType User History NamesHistory"),
              IsEmpty());
  EXPECT_TRUE(view["Config"].contains("Cmd"));
  EXPECT_EQ(image_without_empties(view)["Config"], OrderedJson::object());
  EXPECT_THAT(lacking(image_json(image, 0),
                      "Id ParentId RepoTags RepoDigests Size SharedSize "
                      "VirtualSize Labels Containers Names Digest History "
                      "Created CreatedAt"),
              IsEmpty());
  const auto rows = image_rows(image, {}, 0);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1]["Repository"], "docker.io/library/bb");
  EXPECT_EQ(rows[1]["Tag"], "2");
  image.names.clear();
  EXPECT_EQ(image_rows(image, {}, 0).at(0)["Repository"], "<none>");
}

TEST(VolumeDocuments, HavePodmansMembers) {
  model::Volume volume;
  volume.name = "data";
  EXPECT_THAT(
      lacking(volume_json(volume, "/v/data/_data", 0),
              "Name Driver Mountpoint CreatedAt Labels Scope Options MountCount NeedsCopyUp"),
      IsEmpty());
}

TEST(NetworkDocuments, KeepPodmansOrder) {
  const Json network = Json::parse(R"({"id": "1", "name": "n", "zzz": 1, "driver": "bridge"})");
  EXPECT_EQ(network_json(network).begin().key(), "name");
  EXPECT_EQ(network_json(network)["zzz"], 1);
  EXPECT_EQ(network_row(network, false)["Driver"], "bridge");
}

TEST(ProcessTable, ShowsThisProcess) {
  const std::string table =
      process_table({::getpid()}, {"hpid", "comm", "state", "user", "%p"});
  EXPECT_THAT(table,
              HasSubstr("HPID\tCOMMAND\tSTATE\tUSER\tPID\n" + std::to_string(::getpid())));
  EXPECT_EQ(process_table({-1}, {"hpid"}), "HPID\n");
  EXPECT_NO_THROW((void)process_table({::getpid()}, default_descriptors()));
  EXPECT_THROW(require_descriptor("nosuch"), Error);
}

TEST(Manual, HasAPageForEachCommand) {
  for (const Entry& entry : command_tree()) {
    const std::string page = command_page(command_tree(), entry);
    EXPECT_THAT(page, testing::StartsWith(".TH GANTRY"));
    EXPECT_THAT(page, HasSubstr(".SH DESCRIPTION"));
  }
  EXPECT_THAT(root_page(command_tree()), HasSubstr("gantry\\-run"));
}

TEST(Completion, KnowsCommandsAndOptions) {
  const std::string script = bash_completion(command_tree());
  EXPECT_THAT(script, HasSubstr("\" volume rm\"|\" volume rm \"*) kind=\"volume\""));
  EXPECT_THAT(script, HasSubstr("--entrypoint"));
  EXPECT_THAT(script, Not(HasSubstr("verify-in-child")));
}

}  // namespace
}  // namespace gantry::cli
