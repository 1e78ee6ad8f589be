package dev.gantry.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsFamily;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import org.junit.jupiter.api.Test;

class BundleTest {

    private final Bundle bundle = new Bundle();

    @Test
    void takesWhatRestsOnTheSameRecord() {
        assertThat(bundle.add(Transaction.builder()
                        .guard(record("base"))
                        .create(key("one"), family())
                        .build()))
                .isTrue();
        assertThat(bundle.add(Transaction.builder()
                        .guard(record("base"))
                        .create(key("two"), family())
                        .build()))
                .isTrue();
        assertThat(bundle.build().writes().keySet()).containsExactlyInAnyOrder(key("one"), key("two"));
        assertThat(bundle.build().guards()).containsEntry(key("base"), 7L).containsEntry(key("one"), 0L);
    }

    @Test
    void takesNothingThatWritesTheSame() {
        assertThat(bundle.add(
                        Transaction.builder().update(record("one"), family()).build()))
                .isTrue();
        assertThat(bundle.add(
                        Transaction.builder().update(record("one"), family()).build()))
                .isFalse();
    }

    /** Otherwise something would rest on a record that the same transaction takes away. */
    @Test
    void takesNothingThatRestsOnWhatAnotherWritesNorTheOtherWayAround() {
        assertThat(bundle.add(Transaction.builder()
                        .guard(record("base"))
                        .update(record("one"), family())
                        .build()))
                .isTrue();
        assertThat(bundle.add(Transaction.builder()
                        .guard(record("one"))
                        .create(key("two"), family())
                        .build()))
                .isFalse();
        assertThat(bundle.add(Transaction.builder().delete(record("base")).build()))
                .isFalse();
    }

    @Test
    void holdsNoMoreThanOneTransaction() {
        int taken = 0;
        while (bundle.add(
                Transaction.builder().create(key("record-" + taken), family()).build())) {
            taken++;
        }
        assertThat(taken).isEqualTo(Transaction.OPERATIONS_MAX - 1);
    }

    @Test
    void holdsNoMoreBytesThanAStoreTakes() {
        EcsFamily large = EcsFamily.newBuilder()
                .setKubeMetadataJson(ByteString.copyFrom(new byte[600_000]))
                .build();
        assertThat(bundle.add(Transaction.builder().create(key("one"), large).build()))
                .isTrue();
        assertThat(bundle.add(Transaction.builder().create(key("two"), large).build()))
                .isFalse();
        assertThat(bundle.add(
                        Transaction.builder().create(key("three"), family()).build()))
                .isTrue();
    }

    private static Key<EcsFamily> key(String name) {
        return Kinds.ECS_FAMILY.key("", name);
    }

    private static EcsFamily family() {
        return EcsFamily.newBuilder().setLatestRevision(1).build();
    }

    private static Versioned<EcsFamily> record(String name) {
        return new Versioned<>(key(name), family(), 7);
    }
}
