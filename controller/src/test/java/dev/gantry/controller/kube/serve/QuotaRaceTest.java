package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.quota.QuotaReconciler;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import dev.gantry.store.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many who want the same room at once. */
class QuotaRaceTest {

    private static final String SPACE = "/api/v1/namespaces/default/";
    private static final String QUOTAS = SPACE + "resourcequotas";
    private static final String QUOTA =
            "{'metadata': {'name': 'q'}, 'spec': {'hard': {'pods': '%d', 'requests.cpu': '%d'}}}";
    private static final String POD = "{'metadata': {'name': '%s'}, 'spec': {'containers': [{'name': 'c', 'image': 'i',"
            + " 'resources': {'requests': {'cpu': '1'}}}]}}";
    private static final int CLIENTS = 8;
    private static final int FORBIDDEN = 403;
    private static final int BUSY = 429;
    private static final int MADE = 201;

    private final Queue<String> lies = new ConcurrentLinkedQueue<>();
    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.checking(this::check);
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** No quota that says how much is used ever says less than that. */
    private void check(Snapshot image) {
        int pods = PodDocument.list(image, "default", "default").size();
        KubeDocument.list(image, "default", ResourceName.core("resourcequotas"), "default").stream()
                .map(quota -> quota.status().at("/used/pods").asText())
                .filter(used -> !used.isEmpty() && Integer.parseInt(used) < pods)
                .forEach(used -> lies.add(used + " for " + pods + " pods at " + image.revision()));
    }

    private List<Integer> race(List<Callable<Integer>> racers) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Integer> answers = new ArrayList<>();
            for (Future<Integer> racer : threads.invokeAll(racers)) {
                answers.add(racer.get());
            }
            return answers;
        }
    }

    /** Asks again as clients do when they are told to. */
    private int create(String pod) throws IOException, InterruptedException {
        int status = BUSY;
        while (status == BUSY) {
            status = world.post(SPACE + "pods", POD.formatted(pod)).status();
        }
        return status;
    }

    private long pods() throws IOException, InterruptedException {
        return world.get(SPACE + "pods").json().path("items").size();
    }

    @Test
    void neverGivesTheLastPlaceAwayTwice() throws Exception {
        world.post(QUOTAS, QUOTA.formatted(10, 7));
        List<Callable<Integer>> racers = new ArrayList<>();
        for (int client = 0; client < 3 * CLIENTS; client++) {
            String name = "pod-" + client;
            racers.add(() -> create(name));
        }
        List<Integer> answers = race(racers);
        assertThat(answers).containsOnly(MADE, FORBIDDEN);
        assertThat(answers.stream().filter(status -> status == MADE)).hasSize(7);
        assertThat(pods()).isEqualTo(7);
        assertThat(world.get(QUOTAS + "/q").text("/status/used/requests.cpu")).isEqualTo("7");
        assertThat(lies).isEmpty();
    }

    @Test
    void staysTrueWhileItComesGoesAndGrowsAmongThem() throws Exception {
        long seed = new Random().nextLong();
        List<Callable<Integer>> racers = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Random chance = new Random(seed + client);
            String name = "pod-" + client;
            racers.add(() -> someSteps(chance, name));
        }
        racers.add(() -> someQuotas(new Random(seed + CLIENTS)));
        racers.add(() -> someCounting(new QuotaReconciler()));
        assertThat(race(racers)).as("seed " + seed).doesNotContain(500);
        assertThat(lies).as("seed " + seed).isEmpty();
        world.reconcile(new QuotaReconciler());
        assertThat(world.get(QUOTAS + "/q").json().at("/status/used/pods").asLong())
                .as("seed " + seed)
                .isEqualTo(pods());
    }

    private int someSteps(Random chance, String name) throws IOException, InterruptedException {
        for (int step = 0; step < 25; step++) {
            String pod = name + "-" + chance.nextInt(3);
            if (chance.nextBoolean()) {
                int status = create(pod);
                if (status >= 500) {
                    return status;
                }
            } else {
                Answer _ = world.delete(SPACE + "pods/" + pod);
            }
        }
        return 0;
    }

    private int someQuotas(Random chance) throws IOException, InterruptedException {
        for (int step = 0; step < 12; step++) {
            int pods = chance.nextInt(12);
            if (chance.nextInt(3) == 0) {
                Answer _ = world.delete(QUOTAS + "/q");
            }
            int status = world.post(QUOTAS, QUOTA.formatted(pods, 20)).status();
            if (status == 409) {
                status = world.patch(
                                QUOTAS + "/q",
                                "application/merge-patch+json",
                                "{'spec': {'hard': {'pods': " + (chance.nextBoolean() ? "'" + pods + "'" : "null")
                                        + "}}}")
                        .status();
            }
            if (status >= 500) {
                return status;
            }
        }
        Answer _ = world.delete(QUOTAS + "/q");
        Answer _ = world.post(QUOTAS, QUOTA.formatted(20, 20));
        return 0;
    }

    private int someCounting(QuotaReconciler reconciler) throws InterruptedException {
        for (int step = 0; step < 25; step++) {
            world.reconcile(reconciler);
        }
        return 0;
    }
}
