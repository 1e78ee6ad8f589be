package dev.gantry.controller.ecs;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.aws.Validator;
import dev.gantry.proto.EcsCluster;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.List;
import java.util.function.UnaryOperator;

/** Operations of ECS that were decided and not yet written. Each sees what those before it did. */
public final class EcsDraft {

    private static final String CONSTRAINT_CODE = "InvalidParameterException";

    private final DraftStore store;
    private final EcsFrontEnd front;
    private final EcsDrafts origin;

    EcsDraft(DraftStore store, EcsFrontEnd front, EcsDrafts origin) {
        this.store = store;
        this.front = front;
        this.origin = origin;
    }

    /**
     * Checks and decides as if a client had called.
     *
     * @throws dev.gantry.controller.aws.AwsException when the operation is refused
     */
    public JsonNode call(String operation, JsonNode input, Caller caller) {
        front.model()
                .operation(operation)
                .flatMap(found -> found.input())
                .ifPresent(shape -> Validator.require(input, shape, CONSTRAINT_CODE));
        try {
            return front.call(operation, input, caller).tree();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("a draft waits for nothing", e);
        }
    }

    /** The image with what was decided. Only single records are as decided; lists and indexes are as they were before. */
    public Snapshot image() {
        return store.snapshot();
    }

    /** Changes a record that is there, after what the operations decided of it. */
    public <T extends Message> void change(Key<T> key, UnaryOperator<T> change) {
        store.put(key, change.apply(image().get(key).orElseThrow().value()));
    }

    /** Adds what was decided to a transaction that begins with the image. What changes nothing is left out. */
    public void writeTo(Transaction.Builder writes) {
        store.writeTo(writes);
    }

    /**
     * What is to be done after the transaction.
     *
     * @param written an image that holds it
     * @throws dev.gantry.controller.aws.AwsException when it was taken back
     */
    public void settle(Snapshot written) throws InterruptedException {
        List<EcsCluster> deleted = store.written(EcsCluster.class).stream()
                .filter(cluster -> !cluster.getActive())
                .toList();
        for (EcsCluster cluster : deleted) {
            origin.confirm(cluster, written);
        }
    }
}
