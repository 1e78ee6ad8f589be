package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Any;
import dev.gantry.controller.aws.AnswerLint;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.EcsFrontEnd;
import dev.gantry.controller.ecs.EcsParts;
import dev.gantry.controller.ecs.EcsSetup;
import dev.gantry.controller.ecs.PageCodec;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.kube.registry.Guests;
import dev.gantry.controller.kube.serve.KubeWorld;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Workload;
import dev.gantry.store.Commit;
import dev.gantry.store.Images;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** One store, and both APIs over it: {@link #kube} over HTTP, and that of ECS by {@link #aws}. */
final class TwoFaces implements AutoCloseable {

    static final Arns ARNS = new Arns("eu-central-1", "000000000000");
    static final String ROOT = "/apis/ecs.services.k8s.aws/v1alpha1/namespaces/default/";
    static final String MERGE = "application/merge-patch+json";

    private final AtomicReference<EcsParts> parts = new AtomicReference<>();
    private final AtomicLong ids = new AtomicLong();
    private final JsonMapper json = JsonMapper.builder().build();
    private final EcsFrontEnd ecs;
    final KubeWorld kube;

    TwoFaces() throws IOException, InterruptedException {
        this.kube = new KubeWorld(this::guests);
        this.ecs = EcsFrontEnd.of(parts.get());
        Store store = parts.get().store();
        Snapshot before = store.snapshot();
        EcsSetup.defaultCluster(store, "default", kube.now());
        Snapshot _ = Images.newerThan(store, before, Duration.ofSeconds(10));
    }

    private Guests guests(Store store, InstantSource clock) {
        parts.set(new EcsParts(
                store,
                ARNS,
                clock,
                () -> String.format(Locale.ROOT, "%032x", ids.incrementAndGet()),
                () -> String.format(Locale.ROOT, "ecs-svc/%019d", ids.incrementAndGet()),
                new NoPages(),
                (_, _) -> List.of(),
                (_, expression) -> {
                    throw new IllegalArgumentException(expression);
                }));
        return new EcsGuests("default", new EcsDrafts(parts.get(), EcsFrontEnd.of(parts.get())));
    }

    EcsParts parts() {
        return parts.get();
    }

    /** Calls an operation with JSON in which single quotes stand for double ones. */
    JsonNode aws(String operation, String input) throws IOException, InterruptedException {
        Caller caller = new Caller(ARNS.account(), ARNS.region(), ARNS.root(), "request-1");
        JsonNode answer = ecs.call(operation, json.readTree(input.replace('\'', '"')), caller)
                .tree();
        AnswerLint.require(ecs.model(), operation, answer);
        return answer;
    }

    /** Registers a revision of a family whose container needs so much memory. */
    void register(String family, int memory) throws IOException, InterruptedException {
        aws(
                "RegisterTaskDefinition",
                "{'family':'" + family + "','containerDefinitions':[{'name':'main','image':'busybox','memory':" + memory
                        + "}]}");
    }

    /** A task of a service, as its planner would make it and a node report it. */
    void startTask(String service, Phase phase) throws InterruptedException {
        Store store = parts.get().store();
        String id = parts.get().ids().get();
        Workload.Builder task = Workload.newBuilder()
                .setId(id)
                .setOwner("ecs-service/default/" + service)
                .setOrigin(Any.pack(EcsTask.newBuilder().setServiceName(service).build()));
        task.getObservedBuilder().setPhase(phase);
        Commit.Committed done = (Commit.Committed) store.commit(Transaction.builder()
                .create(Kinds.WORKLOAD.key("default", id), task.build())
                .build());
        Snapshot _ = store.snapshotAt(done.revision());
    }

    JsonNode service(String name) throws IOException, InterruptedException {
        return aws("DescribeServices", "{'services':['" + name + "'],'include':['TAGS']}")
                .at("/services/0");
    }

    @Override
    public void close() {
        kube.close();
    }

    private static final class NoPages implements PageCodec {
        @Override
        public String issue(String operation, String query, String position) {
            throw new IllegalStateException("one page is enough here");
        }

        @Override
        public String position(String operation, String query, String token) {
            throw new IllegalStateException("nobody got a token");
        }
    }
}
