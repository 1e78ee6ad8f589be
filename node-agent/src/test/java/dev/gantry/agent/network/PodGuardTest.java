package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is guarded when, with a kernel in memory. */
class PodGuardTest {

    private static final NetworkPolicy.Builder CLOSED =
            Policies.of("closed", "web").setGuardsArrival(true);
    private static final LocalPod WEB = Policies.pod("web", "10.42.1.2");
    private static final LocalPod DB = Policies.pod("db", "10.42.1.3");

    @TempDir
    private Path directory;

    private final AtomicReference<String> table = new AtomicReference<>("");
    private final AtomicReference<String> trouble = new AtomicReference<>("");
    private final AtomicInteger changes = new AtomicInteger();
    private Optional<PodGuard> guard = Optional.empty();

    private final PodGuard.Kernel kernel = new PodGuard.Kernel() {
        @Override
        public void replace(String script) throws IOException {
            changes.incrementAndGet();
            if (!trouble.get().isEmpty()) {
                throw new IOException(trouble.get());
            }
            table.set(script);
        }

        @Override
        public void remove() {
            changes.incrementAndGet();
            table.set("");
        }
    };

    private PodGuard start(RouteBook book) throws IOException {
        PodGuard started = PodGuard.start("node-1", directory.resolve("pods.pb"), kernel, book);
        guard = Optional.of(started);
        return started;
    }

    @AfterEach
    void close() throws InterruptedException {
        if (guard.isPresent()) {
            guard.get().close();
        }
    }

    private void awaitTable(String part) {
        Awaitility.await().until(() -> table.get().contains(part));
    }

    @Test
    void isInForceBeforeAPodStarts() throws IOException, InterruptedException {
        PodGuard started = start(RouteBook.EMPTY);
        started.follow(Policies.book(CLOSED));
        started.house("kube/default/shop/1", Optional.of(WEB));
        assertThat(started.shield("kube/default/shop/1", WEB)).isEmpty();
        assertThat(table.get()).contains("10.42.1.2 : jump to_");
    }

    @Test
    void leavesPodsAloneOfWhichNoPolicySaysAnything() throws IOException, InterruptedException {
        trouble.set("there is no nft");
        PodGuard started = start(Policies.book(CLOSED));
        started.house("kube/default/shop/2", Optional.of(DB));
        assertThat(started.shield("kube/default/shop/2", DB)).isEmpty();
        assertThat(changes).hasValue(0);
    }

    @Test
    void saysWhyAPodMustNotStart() throws IOException, InterruptedException {
        trouble.set("there is no nft");
        PodGuard started = start(Policies.book(CLOSED));
        assertThat(started.shield("kube/default/shop/1", WEB))
                .contains("network policies select the pod, and its address is not known yet");
        started.house("kube/default/shop/1", Optional.of(WEB));
        assertThat(started.shield("kube/default/shop/1", WEB))
                .contains("network policies select the pod and cannot be enforced on its node: there is no nft");
        trouble.set("");
        started.house("kube/default/shop/2", Optional.of(DB));
        awaitTable("10.42.1.2");
        assertThat(started.shield("kube/default/shop/1", WEB)).isEmpty();
    }

    @Test
    void followsPodsAndPolicies() throws IOException {
        PodGuard started = start(Policies.book(CLOSED));
        started.house("kube/default/shop/1", Optional.of(WEB));
        awaitTable("10.42.1.2 :");
        started.house(
                "kube/default/shop/1",
                Optional.of(WEB.toBuilder().putLabels("app", "free").build()));
        Awaitility.await().until(() -> table.get().isEmpty());
        started.follow(Policies.book(Policies.of("other", "free").setGuardsDeparture(true)));
        awaitTable("10.42.1.2 : jump from_");
        started.house("kube/default/shop/1", Optional.empty());
        Awaitility.await().until(() -> table.get().isEmpty());
    }

    @Test
    void givesAnAddressToItsNewestPod() throws IOException, InterruptedException {
        PodGuard started = start(Policies.book(CLOSED));
        started.house("kube/default/shop/1", Optional.of(WEB));
        awaitTable("10.42.1.2 :");
        LocalPod newer = Policies.pod("db", "10.42.1.2");
        started.house("kube/default/shop/9", Optional.of(newer));
        Awaitility.await().until(() -> table.get().isEmpty());
    }

    @Test
    void goesOnWithWhatAnEarlierOneKnew() throws IOException, InterruptedException {
        PodGuard first = start(Policies.book(CLOSED));
        first.house("kube/default/shop/1", Optional.of(WEB));
        awaitTable("10.42.1.2 :");
        first.close();
        table.set("");
        PodGuard _ = start(Policies.book(CLOSED));
        awaitTable("10.42.1.2 :");
    }

    @Test
    void takesAwayWhatAnEarlierOneLeft() throws IOException, InterruptedException {
        PodGuard first = start(Policies.book(CLOSED));
        first.house("kube/default/shop/1", Optional.of(WEB));
        awaitTable("10.42.1.2 :");
        first.close();
        PodGuard second = start(RouteBook.EMPTY);
        Awaitility.await().until(() -> table.get().isEmpty());
        second.close();
        int before = changes.get();
        PodGuard third = start(RouteBook.EMPTY);
        third.house("kube/default/shop/1", Optional.of(WEB));
        third.close();
        assertThat(changes).hasValue(before);
    }

    @Test
    void doesNothingAgainForWhatChangesNothing() throws IOException, InterruptedException {
        PodGuard started = start(Policies.book(CLOSED));
        started.house("kube/default/shop/1", Optional.of(WEB));
        assertThat(started.shield("kube/default/shop/1", WEB)).isEmpty();
        int before = changes.get();
        started.house("kube/default/shop/2", Optional.of(DB));
        started.house("kube/default/shop/1", Optional.of(WEB));
        assertThat(started.shield("kube/default/shop/1", WEB)).isEmpty();
        assertThat(changes).hasValue(before);
    }
}
