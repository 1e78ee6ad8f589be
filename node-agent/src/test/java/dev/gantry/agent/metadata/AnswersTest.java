package dev.gantry.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.agent.Tenants;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.agent.work.FakeEngine;
import dev.gantry.agent.work.HandClock;
import dev.gantry.agent.work.Specs;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.RestartPolicy;
import dev.gantry.proto.TaskFacts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AnswersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TASK_ARN = "arn:aws:ecs:eu-west-1:123456789012:task/default/t1";

    private final FakeEngine engine = new FakeEngine(new HandClock(Instant.EPOCH));
    private final Passes passes = new Passes(new byte[] {7});
    private final Map<String, Tenants.Tenant> tenants = new HashMap<>();
    private final Map<String, String> addresses = new HashMap<>();
    private final Tenants here = new Tenants() {
        @Override
        public Optional<Tenant> task(String id) {
            return Optional.ofNullable(tenants.get(id));
        }

        @Override
        public Optional<Tenant> taskAt(String address) {
            return Optional.ofNullable(addresses.get(address)).map(tenants::get);
        }
    };

    private Reply ask(String path, String from) throws InterruptedException {
        return new Answers(here, passes, engine, new Samples(engine), "attic")
                .answer(Question.of(path).orElseThrow(), from);
    }

    private String v4(String task, String container) {
        return "/v4/" + passes.of("default", task, container);
    }

    private static DesiredWorkload task(String id, NetworkMode network) {
        DesiredWorkload plain = Specs.run(
                id,
                network,
                Specs.container("web", "true")
                        .setCpuUnits(10)
                        .setMemoryLimitBytes(128L << 20)
                        .setRestartPolicy(RestartPolicy.newBuilder().setEnabled(true))
                        .addPorts(PortMapping.newBuilder().setContainerPort(80)),
                Specs.container("side", "true"));
        DesiredWorkload.Builder told = plain.toBuilder()
                .setTask(TaskFacts.newBuilder()
                        .setLaunchType("EC2")
                        .setService("shop")
                        .putTags("team", "blue"));
        told.getSpecBuilder()
                .setCpuLimitUnits(256)
                .setMemoryLimitBytes(512L << 20)
                .putLabels("com.amazonaws.ecs.task-arn", TASK_ARN)
                .putLabels("com.amazonaws.ecs.task-definition-family", "web")
                .putLabels("com.amazonaws.ecs.task-definition-version", "3");
        return Sandbox.sheltered(told.build());
    }

    private static Observation running(String address) {
        return Observation.newBuilder()
                .setPhase(Phase.RUNNING)
                .setPullStartedAtMs(1_000)
                .setPullStoppedAtMs(2_000)
                .addContainers(ContainerStatus.newBuilder()
                        .setName("web")
                        .setRestartCount(2)
                        .addAddresses(address)
                        .addBindings(NetworkBinding.newBuilder()
                                .setBindIp("0.0.0.0")
                                .setContainerPort(80)
                                .setHostPort(32768)))
                .build();
    }

    private void live(DesiredWorkload workload, Observation observed, Map<String, String> containers) {
        Map<String, String> names = new LinkedHashMap<>();
        containers.forEach((name, address) -> {
            String id = workload.getId() + "-" + name;
            names.put(name, id);
            engine.portrays(id, portrait(id, address));
        });
        tenants.put(workload.getId(), new Tenants.Tenant(workload, observed, names));
    }

    private static Portrait portrait(String id, String address) {
        return new Portrait(
                id,
                "ecs-" + id,
                "web:1",
                "sha256:ab",
                "2026-01-01T00:00:00.5Z",
                "2026-01-01T00:00:01.5Z",
                "",
                "running",
                0,
                Map.of("com.amazonaws.ecs.container-name", "web", "dev.gantry.node", "secret"),
                List.of(new Portrait.Volume("data", "/var/lib/docker/volumes/data/_data", "/data")),
                address.isEmpty()
                        ? List.of()
                        : List.of(new Portrait.Attachment(address, 24, "10.42.3.1", "02:42:0a:2a:03:07")),
                new Portrait.Log("json-file", Map.of("max-size", "10m")),
                "overlay2");
    }

    @Test
    void tellAContainerAboutItselfAsTheDocumentationHasIt() throws InterruptedException, JsonProcessingException {
        live(task("t1", NetworkMode.BRIDGE), running("172.17.0.2"), Map.of("web", "172.17.0.2"));

        Reply reply = ask(v4("t1", "web"), "172.17.0.2");

        assertThat(reply.body().toString())
                .isEqualTo(JSON.readTree("""
                    {"DockerId":"t1-web","Name":"web","DockerName":"ecs-t1-web","Image":"gantry-test:1","ImageID":"sha256:ab",
                     "Ports":[{"ContainerPort":80,"Protocol":"tcp","HostPort":32768,"HostIp":"0.0.0.0"}],
                     "Labels":{"com.amazonaws.ecs.container-name":"web"},
                     "DesiredStatus":"RUNNING","KnownStatus":"RUNNING","Limits":{"CPU":10,"Memory":128},
                     "CreatedAt":"2026-01-01T00:00:00.5Z","StartedAt":"2026-01-01T00:00:01.5Z","Type":"NORMAL",
                     "Volumes":[{"DockerName":"data","Source":"/var/lib/docker/volumes/data/_data","Destination":"/data"}],
                     "Networks":[{"NetworkMode":"bridge","IPv4Addresses":["172.17.0.2"]}],
                     "LogDriver":"json-file","LogOptions":{"max-size":"10m"},
                     "ContainerARN":"arn:aws:ecs:eu-west-1:123456789012:container/default/t1/%s",
                     "Snapshotter":"overlay2","RestartCount":2}
                    """.formatted(idOf("default/t1/web"))).toString());
    }

    /** As the API's answers have it. */
    private static String idOf(String path) {
        return UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8)).toString();
    }

    @Test
    void tellOfTheTaskWithAllItsContainersAndItsService() throws InterruptedException {
        Map<String, String> containers = new LinkedHashMap<>();
        containers.put("web", "172.17.0.2");
        containers.put("side", "172.17.0.3");
        live(task("t1", NetworkMode.BRIDGE), running("172.17.0.2"), containers);

        JsonNode task = ask(v4("t1", "side") + "/task", "172.17.0.3").body();

        assertThat(task.path("TaskARN").asText()).isEqualTo(TASK_ARN);
        assertThat(task.path("Cluster").asText()).isEqualTo("default");
        assertThat(task.path("Family").asText() + ":" + task.path("Revision").asText())
                .isEqualTo("web:3");
        assertThat(task.path("Limits").toString()).isEqualTo("{\"CPU\":0.25,\"Memory\":512}");
        assertThat(task.path("PullStartedAt").asText()).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(task.path("AvailabilityZone").asText()).isEqualTo("attic");
        assertThat(task.path("LaunchType").asText()).isEqualTo("EC2");
        assertThat(task.path("ServiceName").asText()).isEqualTo("shop");
        assertThat(task.path("Containers").findValuesAsText("Name")).containsExactly("web", "side");
        assertThat(task.has("TaskTags")).isFalse();
    }

    @Test
    void tellOfTagsWhereTheyAreAskedFor() throws InterruptedException {
        live(task("t1", NetworkMode.BRIDGE), running("172.17.0.2"), Map.of("web", "172.17.0.2"));

        JsonNode task = ask(v4("t1", "web") + "/taskWithTags", "172.17.0.2").body();

        assertThat(task.path("TaskTags").toString()).isEqualTo("{\"team\":\"blue\"}");
    }

    @Test
    void tellNobodyOfTheTaskOfSomebodyElse() throws InterruptedException {
        live(task("t1", NetworkMode.BRIDGE), running("172.17.0.2"), Map.of("web", "172.17.0.2"));
        live(task("t2", NetworkMode.BRIDGE), running("172.17.0.9"), Map.of("web", "172.17.0.9"));

        // It has learnt the other's pass.
        assertThat(ask(v4("t1", "web"), "172.17.0.9").status()).isEqualTo(404);
        // It has the pass of no container.
        assertThat(ask("/v4/t1-00000000000000000000000000000000", "172.17.0.2").status())
                .isEqualTo(404);
        assertThat(ask("/v4/t3-00000000000000000000000000000000", "172.17.0.2").status())
                .isEqualTo(404);
        assertThat(ask("/v2/metadata", "172.17.0.2").status()).isEqualTo(404);
    }

    @Test
    void takeAnAddressThatOnlyTheEngineKnowsYet() throws InterruptedException {
        live(task("t1", NetworkMode.BRIDGE), Observation.getDefaultInstance(), Map.of("web", "172.17.0.2"));

        assertThat(ask(v4("t1", "web"), "172.17.0.2").status()).isEqualTo(200);
    }

    @Test
    void takeOnlyTheMachineItselfForATaskOnItsNetwork() throws InterruptedException {
        live(task("t1", NetworkMode.HOST), running(""), Map.of("web", ""));

        assertThat(ask(v4("t1", "web"), "169.254.170.2").status()).isEqualTo(200);
        assertThat(ask(v4("t1", "web"), "172.17.0.2").status()).isEqualTo(404);
    }

    @Test
    void tellATaskWithItsOwnAddressOfItsNetwork() throws InterruptedException {
        Map<String, String> containers = new LinkedHashMap<>();
        containers.put(Sandbox.OF_TASK, "10.42.3.7");
        containers.put("web", "");
        live(
                task("t1", NetworkMode.AWSVPC),
                running("").toBuilder().addAddresses("10.42.3.7").build(),
                containers);
        addresses.put("10.42.3.7", "t1");

        JsonNode web = ask(v4("t1", "web"), "10.42.3.7").body();
        assertThat(web.path("Networks").path(0).toString())
                .isEqualTo("{\"NetworkMode\":\"awsvpc\",\"IPv4Addresses\":[\"10.42.3.7\"],\"AttachmentIndex\":0,"
                        + "\"MACAddress\":\"02:42:0a:2a:03:07\",\"IPv4SubnetCIDRBlock\":\"10.42.3.0/24\","
                        + "\"SubnetGatewayIpv4Address\":\"10.42.3.1/24\"}");
        assertThat(web.path("Ports").path(0).path("HostPort").asInt()).isEqualTo(80);
        JsonNode task = ask("/v2/metadata", "10.42.3.7").body();
        assertThat(task.path("TaskARN").asText()).isEqualTo(TASK_ARN);
        assertThat(task.path("Containers").findValuesAsText("Type")).containsExactly("CNI_PAUSE", "NORMAL");
        assertThat(task.has("ServiceName")).isFalse();
        assertThat(ask("/v2/metadata/t1-web", "10.42.3.7").body().path("Name").asText())
                .isEqualTo("web");
        assertThat(ask("/v2/metadata/unknown", "10.42.3.7").status()).isEqualTo(404);
    }

    @Test
    void giveTheStatisticsOfTheNetworkToAllWhoShareIt() throws InterruptedException {
        Map<String, String> containers = new LinkedHashMap<>();
        containers.put(Sandbox.OF_TASK, "10.42.3.7");
        containers.put("web", "");
        live(
                task("t1", NetworkMode.AWSVPC),
                running("").toBuilder().addAddresses("10.42.3.7").build(),
                containers);
        engine.statisticsBy((id, compared) -> """
            {"id":"%s","read":"2026-01-01T00:00:0%d.5Z"%s}
            """.formatted(
                        id,
                        compared ? 2 : 1,
                        id.endsWith("web") ? "" : ",\"networks\":{\"eth0\":{\"rx_bytes\":5,\"tx_bytes\":6}}"));

        JsonNode all = ask(v4("t1", "web") + "/task/stats", "10.42.3.7").body();

        assertThat(all.path("t1-web").path("id").asText()).isEqualTo("t1-web");
        assertThat(all.path("t1-web")
                        .path("networks")
                        .path("eth0")
                        .path("tx_bytes")
                        .asInt())
                .isEqualTo(6);
        assertThat(ask(v4("t1", "web") + "/stats", "10.42.3.7")
                        .body()
                        .path("network_rate_stats")
                        .size())
                .isEqualTo(2);
    }
}
