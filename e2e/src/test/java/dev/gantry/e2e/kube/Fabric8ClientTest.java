package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.e2e.bed.ShellImage;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What programs do with the client library of fabric8, which watches and runs commands over WebSockets of its own kind. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Fabric8ClientTest {

    private static final String NAMESPACE = "default";

    private static final String WEB = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %s
                command: [sh, -c, "mkdir /www; echo hello > /www/index.html; echo ready; exec busybox httpd -f -p 8080 -h /www"]
        """.formatted(ShellImage.NAME);

    private static KubeMachine machine;
    private static KubernetesClient client;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-fabric8", "10.228.0.1/24", 23616);
        ShellImage.on(machine.engine());
        Config config =
                Config.fromKubeconfig(machine.home().resolve("kubeconfig").toFile());
        client = new KubernetesClientBuilder().withConfig(config).build();
        client.load(new ByteArrayInputStream(WEB.getBytes(UTF_8)))
                .inNamespace(NAMESPACE)
                .create();
        client.apps().deployments().inNamespace(NAMESPACE).withName("web").waitUntilReady(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private static ConfigMap map(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withData(Map.of("a", value))
                .build();
    }

    private static String pod() {
        return client.pods()
                .inNamespace(NAMESPACE)
                .withLabel("app", "web")
                .list()
                .getItems()
                .getFirst()
                .getMetadata()
                .getName();
    }

    /** What an informer tells, in its order. */
    private record Told(BlockingQueue<String> news) implements ResourceEventHandler<ConfigMap> {

        Told() {
            this(new LinkedBlockingQueue<>());
        }

        @Override
        public void onAdd(ConfigMap map) {
            tell("added", map);
        }

        @Override
        public void onUpdate(ConfigMap before, ConfigMap after) {
            if (!before.equals(after)) {
                tell("updated", after);
            }
        }

        @Override
        public void onDelete(ConfigMap map, boolean finalStateUnknown) {
            tell("deleted", map);
        }

        private void tell(String what, ConfigMap map) {
            if (map.getMetadata().getName().startsWith("told-")) {
                news.add(what + " " + map.getMetadata().getName() + " "
                        + map.getData().get("a"));
            }
        }

        void expect(String what) throws InterruptedException {
            assertThat(news.poll(90, TimeUnit.SECONDS)).isEqualTo(what);
        }
    }

    @Test
    @Order(1)
    void anInformerHearsOfEveryChange() throws InterruptedException {
        Told told = new Told();
        try (SharedIndexInformer<ConfigMap> informer =
                client.configMaps().inNamespace(NAMESPACE).inform(told)) {
            client.resource(map("told-1", "x")).create();
            told.expect("added told-1 x");
            client.resource(map("told-1", "x"))
                    .edit(map -> new ConfigMapBuilder(map).addToData("a", "y").build());
            told.expect("updated told-1 y");
            client.configMaps().inNamespace(NAMESPACE).withName("told-1").delete();
            told.expect("deleted told-1 y");
            assertThat(informer.isWatching()).isTrue();
        }
    }

    @Test
    @Order(1)
    void aWatchOfWhatIsForgottenEndsAsGone() throws Exception {
        CompletableFuture<WatcherException> end = new CompletableFuture<>();
        Watcher<ConfigMap> watcher = new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {}

            @Override
            public void onClose(WatcherException cause) {
                end.complete(cause);
            }
        };
        try (Watch _ = client.configMaps()
                .inNamespace(NAMESPACE)
                .withResourceVersion("1")
                .watch(watcher)) {
            assertThat(end.get(30, TimeUnit.SECONDS).isHttpGone()).isTrue();
        }
    }

    @Test
    @Order(2)
    void appliesOnTheServerAndIsToldOfConflicts() {
        client.resource(map("applied", "1")).fieldManager("first").serverSideApply();
        assertThatThrownBy(() -> client.resource(map("applied", "2"))
                        .fieldManager("second")
                        .serverSideApply())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409))
                .hasMessageContaining("conflict with \"first\": .data.a");
        ConfigMap forced = client.resource(map("applied", "2"))
                .fieldManager("second")
                .forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).containsEntry("a", "2");
        ConfigMap patched = client.configMaps()
                .inNamespace(NAMESPACE)
                .withName("applied")
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"data\":{\"b\":\"3\"}}");
        assertThat(patched.getData()).containsEntry("a", "2").containsEntry("b", "3");
    }

    @Test
    @Order(2)
    void oneOfTwoLeadsAndTheOtherFollowsIt() throws InterruptedException {
        BlockingQueue<String> news = new LinkedBlockingQueue<>();
        CompletableFuture<?> first = elect("first", news);
        assertThat(news.poll(30, TimeUnit.SECONDS)).isEqualTo("first leads");
        CompletableFuture<?> second = elect("second", news);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> client.leases()
                                .inNamespace(NAMESPACE)
                                .withName("throne")
                                .get()
                                .getSpec()
                                .getRenewTime()
                        != null);
        assertThat(news).isEmpty();
        first.cancel(true);
        assertThat(news.poll(30, TimeUnit.SECONDS)).isEqualTo("first ends");
        assertThat(news.poll(30, TimeUnit.SECONDS)).isEqualTo("second leads");
        second.cancel(true);
        assertThat(news.poll(30, TimeUnit.SECONDS)).isEqualTo("second ends");
    }

    private static CompletableFuture<?> elect(String name, BlockingQueue<String> news) {
        return client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName("throne")
                        .withLock(new LeaseLock(NAMESPACE, "throne", name))
                        .withLeaseDuration(Duration.ofSeconds(5))
                        .withRenewDeadline(Duration.ofSeconds(4))
                        .withRetryPeriod(Duration.ofMillis(500))
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(
                                () -> news.add(name + " leads"), () -> news.add(name + " ends"), _ -> {}))
                        .build())
                .build()
                .start();
    }

    @Test
    @Order(3)
    void runsCommandsAndReadsWhatTheyPrint() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ExecWatch command = client.pods()
                .inNamespace(NAMESPACE)
                .withName(pod())
                .writingOutput(out)
                .writingError(err)
                .exec("sh", "-c", "echo out; echo err >&2; exit 3")) {
            assertThat(command.exitCode().get(30, TimeUnit.SECONDS)).isEqualTo(3);
        }
        assertThat(out.toString(UTF_8)).isEqualTo("out\n");
        assertThat(err.toString(UTF_8)).isEqualTo("err\n");
        ByteArrayOutputStream echoed = new ByteArrayOutputStream();
        try (ExecWatch command = client.pods()
                .inNamespace(NAMESPACE)
                .withName(pod())
                .redirectingInput()
                .writingOutput(echoed)
                .exec("sh", "-c", "read line; echo got $line")) {
            command.getInput().write("a line\n".getBytes(UTF_8));
            command.getInput().flush();
            assertThat(command.exitCode().get(30, TimeUnit.SECONDS)).isZero();
        }
        assertThat(echoed.toString(UTF_8)).isEqualTo("got a line\n");
    }

    @Test
    @Order(3)
    void readsLogs() {
        assertThat(client.pods().inNamespace(NAMESPACE).withName(pod()).getLog())
                .isEqualTo("ready\n");
        assertThat(client.pods()
                        .inNamespace(NAMESPACE)
                        .withName(pod())
                        .usingTimestamps()
                        .tailingLines(1)
                        .getLog())
                .matches("\\d{4}-\\S+Z ready\n");
    }

    @Test
    @Order(3)
    void forwardsPorts() throws IOException {
        try (LocalPortForward forward =
                client.pods().inNamespace(NAMESPACE).withName(pod()).portForward(8080)) {
            for (int round = 0; round < 3; round++) {
                assertThat(get(forward.getLocalPort())).startsWith("HTTP/1.").endsWith("hello\n");
            }
        }
    }

    private static String get(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write("GET /index.html HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    @Order(4)
    void scalesAndRestarts() {
        var web = client.apps().deployments().inNamespace(NAMESPACE).withName("web");
        web.scale(2);
        web.waitUntilCondition(
                found -> found.getStatus().getReadyReplicas() != null
                        && found.getStatus().getReadyReplicas() == 2,
                60,
                TimeUnit.SECONDS);
        List<String> before = names();
        assertThat(before).hasSize(2);
        web.rolling().restart();
        web.waitUntilCondition(
                found -> found.getStatus().getObservedGeneration()
                                == found.getMetadata().getGeneration().longValue()
                        && found.getStatus().getUpdatedReplicas() != null
                        && found.getStatus().getUpdatedReplicas() == 2
                        && found.getStatus().getReplicas() == 2
                        && found.getStatus().getReadyReplicas() == 2,
                60,
                TimeUnit.SECONDS);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> names().size() == 2);
        assertThat(names()).doesNotContainAnyElementsOf(before);
    }

    private static List<String> names() {
        return client.pods().inNamespace(NAMESPACE).withLabel("app", "web").list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    @Test
    @Order(5)
    void anInformerListsAnewAfterTheControllerWasKilled() throws InterruptedException {
        Told told = new Told();
        try (SharedIndexInformer<ConfigMap> informer =
                client.configMaps().inNamespace(NAMESPACE).inform(told)) {
            client.resource(map("told-2", "x")).create();
            told.expect("added told-2 x");
            machine.up().kill();
            machine.up().restart();
            machine.up().awaitLine("ready (");
            client.resource(map("told-3", "x")).create();
            told.expect("added told-3 x");
            client.configMaps().inNamespace(NAMESPACE).withName("told-2").delete();
            told.expect("deleted told-2 x");
            assertThat(informer.getStore().listKeys()).contains(NAMESPACE + "/told-3");
        }
    }
}
