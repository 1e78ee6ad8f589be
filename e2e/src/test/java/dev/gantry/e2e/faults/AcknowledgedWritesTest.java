package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Etcd;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Hosts;
import dev.gantry.e2e.faults.FaultProxy.Trouble;
import dev.gantry.store.Backend;
import dev.gantry.store.etcd.EtcdBackend;
import dev.gantry.store.etcd.EtcdSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Two controllers on three etcd members, each reached through a proxy; clients write while everything breaks in turn. */
@Tag("e2e")
class AcknowledgedWritesTest {

    private static final int CLIENTS = 8;
    private static final int MEMBERS = 3;

    private static final List<FaultProxy> PROXIES = new ArrayList<>();
    private static final List<Api> APIS = new ArrayList<>();
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static Hosts hosts;
    private static Etcd etcd;
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(0);
        etcd = Etcd.start(MEMBERS);
        for (int member = 0; member < MEMBERS; member++) {
            InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), etcd.port(member));
            PROXIES.add(FaultProxy.start("127.0.0.1", target, member));
        }
        String urls = PROXIES.stream().map(proxy -> "http://" + proxy.address()).collect(Collectors.joining(","));
        fleet = Fleet.empty(hosts);
        for (int number = 0; number < 2; number++) {
            fleet.addController("--store", "etcd=" + urls);
            APIS.add(new Api(Gantry.environment(fleet.controllerHome(number))));
        }
    }

    @AfterAll
    static void stop() {
        fleet.close();
        PROXIES.forEach(FaultProxy::close);
        etcd.close();
        hosts.close();
    }

    @Test
    void noAcknowledgedWriteIsLostWhateverBreaks() throws Exception {
        Random chance = Counts.chance("AcknowledgedWritesTest", 9_474_101_071_371L);
        Ecs ecs = new Ecs(APIS.getFirst());
        String definition = ecs.register("nothing", Ecs.IDLE);
        Writers writers = new Writers(5);
        for (int index = 0; index < 8; index++) {
            Api api = APIS.get(index % APIS.size());
            String arn = ecs.call("CreateCluster", "{\"clusterName\":\"c%d\"}", index)
                    .path("cluster")
                    .path("clusterArn")
                    .asText();
            ecs.create("s" + index, definition, 0, "");
            writers.add(api, Register.tag(arn, "one")).add(api, Register.tag(arn, "two"));
            writers.add(api, Register.maximumPercent("s" + index));
        }
        writers.start(CLIENTS, chance);
        int faults = Counts.of("store-faults", 8);
        for (int fault = 0; fault < faults; fault++) {
            oneFault(chance);
            hold(chance, 200, 1_500);
        }
        Ecs.await(
                "the API to answer everywhere",
                () -> APIS.stream()
                        .allMatch(api -> new Ecs(api).call("ListClusters", "{}").has("clusterArns")));
        Writers.Verdict verdict = writers.finish();
        verdict.print("2 controllers, 3 etcd members, " + faults + " faults");
        assertThat(verdict.lost()).isEmpty();
        assertThat(verdict.stale()).isEmpty();
        assertThat(verdict.acknowledged()).isGreaterThan(100);
    }

    /** Requests whose effect reaches the store while the answer of the store, and so the client's, is lost. */
    @TestFactory
    Stream<DynamicTest> whatWasCommittedUnheardHappensOnce() {
        Ecs ecs = new Ecs(APIS.getFirst());
        String definition = ecs.register("unheard", Ecs.IDLE);
        return Stream.of(
                        new Unheard("CreateService", "ecs-service/", """
                            {"serviceName":"unheard","taskDefinition":"%s","desiredCount":2,"clientToken":"one"}\
                            """.formatted(definition)),
                        new Unheard("UpdateService", "ecs-service/", "{\"service\":\"unheard\",\"desiredCount\":3}"),
                        new Unheard("DeleteService", "ecs-service/", """
                            {"service":"unheard","force":true}\
                            """))
                .map(unheard -> DynamicTest.dynamicTest(
                        "killed between the commit of " + unheard.operation() + " and its answer",
                        () -> lose(unheard)));
    }

    private record Unheard(String operation, String path, String input) {}

    private static void lose(Unheard unheard) throws Exception {
        Ecs ecs = new Ecs(APIS.getFirst());
        try (Backend store = direct()) {
            long before = store.read().revision();
            PROXIES.forEach(proxy -> proxy.trouble(Trouble.withoutReplies()));
            Thread.ofVirtual().name("unheard").start(() -> send(unheard));
            Ecs.await("the commit", () -> isIn(store, unheard.path(), before));
            fleet.controller(0).kill();
            PROXIES.forEach(FaultProxy::heal);
            PROXIES.forEach(FaultProxy::cut);
            fleet.controller(0).restart();
            fleet.controller(0).awaitLine("ready (");
        }
        // Whoever was not answered asks again.
        Api.Answer again = ecs.api().send(unheard.operation(), unheard.input());
        switch (unheard.operation()) {
            case "CreateService" -> {
                assertThat(again.status()).isEqualTo(200);
                Ecs.await("2 tasks", () -> ecs.liveTasks("unheard").size() == 2);
            }
            case "UpdateService" -> {
                assertThat(again.status()).isEqualTo(200);
                Ecs.await("3 tasks", () -> ecs.liveTasks("unheard").size() == 3);
            }
            default -> Ecs.await("no task", () -> ecs.liveTasks("unheard").isEmpty());
        }
        assertThat(ecs.call("ListServices", "{\"maxResults\":100}").toString().split("service/default/unheard\""))
                .hasSizeLessThanOrEqualTo(2);
    }

    private static void send(Unheard unheard) {
        try {
            APIS.getFirst().send(unheard.operation(), unheard.input());
        } catch (IOException e) {
            // That nobody answers is the point.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isIn(Backend store, String path, long after) {
        try {
            return store.read().entries().stream()
                    .anyMatch(entry -> entry.path().startsWith(path)
                            && entry.path().endsWith("unheard")
                            && entry.revision() > after);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The store itself, past the proxies. */
    private static Backend direct() throws InterruptedException {
        List<URI> members =
                Arrays.stream(etcd.urls().split(",")).map(URI::create).toList();
        return EtcdBackend.open(EtcdSettings.of(members), new SecureRandom()::nextLong);
    }

    private static void oneFault(Random chance) throws Exception {
        int controller = chance.nextInt(2);
        int member = chance.nextInt(MEMBERS);
        int kind = chance.nextInt(10);
        System.out.println("faults: kind " + kind + " controller " + controller + " member " + member);
        switch (kind) {
            case 0, 1 -> {
                fleet.controller(controller).kill();
                fleet.controller(controller).restart();
                fleet.controller(controller).awaitLine("ready (");
            }
            case 2 -> {
                fleet.controller(controller).freeze();
                hold(chance, 200, 4_000);
                fleet.controller(controller).thaw();
            }
            case 3, 4 -> {
                etcd.kill(member);
                hold(chance, 100, 2_000);
                etcd.restart(member);
            }
            case 5 -> {
                etcd.freeze(member);
                hold(chance, 200, 4_000);
                etcd.thaw(member);
            }
            case 6 -> PROXIES.forEach(FaultProxy::cut);
            case 7 -> PROXIES.forEach(proxy -> proxy.cutAfter(chance.nextInt(20_000)));
            case 8 -> {
                // Everything is carried out, and nobody hears of it.
                PROXIES.forEach(proxy -> proxy.trouble(Trouble.withoutReplies()));
                hold(chance, 50, 2_500);
                PROXIES.forEach(FaultProxy::heal);
                PROXIES.forEach(FaultProxy::cut);
            }
            default -> {
                Trouble slow = Trouble.delay(Duration.ofMillis(5), Duration.ofMillis(chance.nextInt(300)));
                PROXIES.forEach(proxy -> proxy.trouble(slow.withGhosts()));
                hold(chance, 500, 3_000);
                PROXIES.forEach(FaultProxy::cut);
                PROXIES.forEach(FaultProxy::heal);
            }
        }
    }

    /** How long a fault lasts is a part of it. */
    private static void hold(Random chance, int leastMillis, int mostMillis) throws InterruptedException {
        boolean _ = NEVER.await(leastMillis + chance.nextInt(mostMillis - leastMillis), TimeUnit.MILLISECONDS);
    }
}
