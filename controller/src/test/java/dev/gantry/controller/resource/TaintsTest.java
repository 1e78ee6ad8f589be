package dev.gantry.controller.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Taint;
import dev.gantry.proto.Toleration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TaintsTest {

    private static final Toleration EVERYTHING =
            Toleration.newBuilder().setExists(true).build();

    private static List<Taint> taint(String key, String value, String effect) {
        return List.of(Taint.newBuilder()
                .setKey(key)
                .setValue(value)
                .setEffect(effect)
                .setAddedAtMs(1000)
                .build());
    }

    private static Toleration.Builder equal(String key, String value) {
        return Toleration.newBuilder().setKey(key).setValue(value);
    }

    private static boolean admits(String effect, Toleration... tolerations) {
        return Taints.admit(taint("gpu", "big", effect), List.of(tolerations));
    }

    @Test
    void keepsAwayWhoDoesNotTolerateIt() {
        assertThat(admits("NoSchedule")).isFalse();
        assertThat(admits("NoExecute")).isFalse();
        assertThat(admits("PreferNoSchedule")).isTrue();
        assertThat(admits("NoSchedule", equal("gpu", "small").build())).isFalse();
        assertThat(admits("NoSchedule", equal("cpu", "big").build())).isFalse();
        assertThat(admits(
                        "NoSchedule", equal("gpu", "big").setEffect("NoExecute").build()))
                .isFalse();
    }

    @Test
    void letsInWhoToleratesIt() {
        assertThat(admits("NoSchedule", equal("gpu", "big").build())).isTrue();
        assertThat(admits(
                        "NoSchedule",
                        equal("gpu", "big").setEffect("NoSchedule").build()))
                .isTrue();
        assertThat(admits("NoSchedule", equal("gpu", "").setExists(true).build()))
                .isTrue();
        assertThat(admits("NoExecute", EVERYTHING)).isTrue();
    }

    @Test
    void needsEveryTaintTolerated() {
        List<Taint> both = List.of(
                taint("a", "", "NoSchedule").getFirst(),
                taint("b", "", "NoSchedule").getFirst());
        assertThat(Taints.admit(both, List.of(equal("a", "").build()))).isFalse();
        assertThat(Taints.admit(
                        both, List.of(equal("a", "").build(), equal("b", "").build())))
                .isTrue();
    }

    @Test
    void endsPodsAtOnceLaterOrNever() {
        List<Taint> gone = taint("gone", "", "NoExecute");
        assertThat(Taints.staysUntilMs(gone, List.of())).isEqualTo(OptionalLong.of(0));
        assertThat(Taints.staysUntilMs(gone, List.of(EVERYTHING))).isEmpty();
        assertThat(Taints.staysUntilMs(
                        gone, List.of(equal("gone", "").setSeconds(60).build())))
                .isEqualTo(OptionalLong.of(61_000));
        assertThat(Taints.staysUntilMs(
                        gone,
                        List.of(EVERYTHING, equal("gone", "").setSeconds(-5).build())))
                .as("the shortest time counts")
                .isEqualTo(OptionalLong.of(1000));
        assertThat(Taints.staysUntilMs(taint("gone", "", "NoSchedule"), List.of()))
                .isEmpty();
    }
}
