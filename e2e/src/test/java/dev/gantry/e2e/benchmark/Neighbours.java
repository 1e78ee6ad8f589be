package dev.gantry.e2e.benchmark;

import com.google.protobuf.Any;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.scheduler.Scheduler;
import dev.gantry.controller.scheduler.Verdict;
import dev.gantry.proto.Company;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.PodCrowd;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.TopologySpread;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.ImageStore;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.memory.MemoryBackend;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.SplittableRandom;

/** Decisions per second of one thread for pods that stay apart by host and spread over zones, and for pods without rules. */
final class Neighbours {

    private static final int NODES = 1_000;
    private static final int ROUNDS = 5;

    private Neighbours() {}

    static void run() throws Exception {
        try (ImageStore store =
                ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand())) {
            fill(store);
            Figure.print(
                    "decisions, 1,000 nodes, pods without rules",
                    perSecond(store, Company.getDefaultInstance()),
                    "1/s");
            Figure.print(
                    "decisions, 1,000 nodes, apart by host and even over zones", perSecond(store, company()), "1/s");
        }
    }

    private static double perSecond(ImageStore store, Company company) {
        Scheduler scheduler = new Scheduler(new SplittableRandom(1));
        long began = 0;
        for (int round = 0; round <= ROUNDS; round++) {
            if (round == 1) {
                began = nanos();
            }
            scheduler.follow(store.snapshot());
            for (int i = 0; i < NODES; i++) {
                Workload pod = pod("p" + i, company);
                if (scheduler.place(Kinds.WORKLOAD.key(pod.getScope(), pod.getId()), pod)
                        instanceof Verdict.Unplaced unplaced) {
                    throw new IllegalStateException(unplaced.sentence());
                }
            }
        }
        return ROUNDS * NODES / ((nanos() - began) / 1e9);
    }

    private static long nanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Company company() {
        PodCrowd crowd = PodCrowd.newBuilder()
                .setCluster("default")
                .addNamespaces("shop")
                .setLabels(LabelSelector.newBuilder()
                        .addRules(LabelRule.newBuilder().setKey("app").addValues("web")))
                .build();
        return Company.newBuilder()
                .addTerms(PodTerm.newBuilder()
                        .setAway(true)
                        .setTopology("kubernetes.io/hostname")
                        .setCrowd(crowd))
                .addSpreads(TopologySpread.newBuilder()
                        .setMaxSkew(1)
                        .setTopology("ecs.availability-zone")
                        .setRequired(true)
                        .setMinDomains(1)
                        .setCrowd(crowd))
                .build();
    }

    private static Workload pod(String id, Company company) {
        KubePod origin = KubePod.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(id)
                .putLabels("app", "web")
                .build();
        return Workload.newBuilder()
                .setId(id)
                .setScope(Pods.scope("default", "shop"))
                .setOrigin(Any.pack(origin))
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .setSpec(WorkloadSpec.newBuilder()
                        .setGroup("set")
                        .setResources(Resources.newBuilder().setCpuUnits(100))
                        .addStrategies(PlacementStrategy.newBuilder()
                                .setType(PlacementStrategy.Type.SPREAD)
                                .setField("instanceId"))
                        .setPod(PodSpec.newBuilder().setCompany(company)))
                .build();
    }

    private static void fill(ImageStore store) throws InterruptedException {
        for (int i = 0; i < NODES; i += 100) {
            Transaction.Builder transaction = Transaction.builder();
            for (int j = i; j < i + 100; j++) {
                String id = String.format(Locale.ROOT, "n%04d", j);
                transaction.create(Kinds.NODE.key("", id), node(id, j));
            }
            store.commit(transaction.build());
        }
        store.catchUp();
    }

    private static Node node(String id, int number) {
        return Node.newBuilder()
                .setId(id)
                .setReadiness(Readiness.READY)
                .setInfo(NodeInfo.newBuilder()
                        .setName("host-" + id)
                        .setCapacity(Resources.newBuilder().setCpuUnits(16_384))
                        // Four zones of the same size, so that all of them take as many.
                        .putAttributes("ecs.availability-zone", "zone-" + number % 4))
                .build();
    }
}
