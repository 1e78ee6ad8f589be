package dev.gantry.controller.ecs.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.aws.ecs.ManagedScaling;
import dev.gantry.proto.CapacityScaling;
import dev.gantry.proto.Resources;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReservationTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Optional<Resources> MACHINE = Optional.of(size(1024, 1000));

    @Test
    void isEvenWhenEveryMachineHasTasks() {
        CapacityScaling scaling = scaling(new Reservation(3, 0, MACHINE, List.of()), 100);
        assertThat(scaling.getReservationPercent()).isEqualTo(100);
        assertThat(scaling.getDesired()).isEqualTo(3);
        assertThat(scaling(new Reservation(0, 0, Optional.empty(), List.of()), 100)
                        .getReservationPercent())
                .isEqualTo(100);
    }

    @Test
    void waitingTasksArePackedOnMachinesOfTheSmallestSize() {
        List<Resources> waiting = List.of(size(100, 600), size(100, 300), size(100, 500), size(100, 5000));
        CapacityScaling scaling = scaling(new Reservation(2, 0, MACHINE, waiting), 100);
        assertThat(scaling.getNeeded()).isEqualTo(4);
        assertThat(scaling.getReservationPercent()).isEqualTo(200);
        assertThat(scaling.getDesired()).isEqualTo(4);
    }

    @Test
    void aGroupWithoutMachinesIsStarvedAndGetsOne() {
        CapacityScaling scaling =
                scaling(new Reservation(0, 0, Optional.empty(), List.of(size(1, 1), size(1, 1))), 100);
        assertThat(scaling.getReservationPercent()).isEqualTo(200);
        assertThat(scaling.getDesired()).isEqualTo(1);
    }

    @Test
    void aTargetBelowOneHundredKeepsSpareMachines() {
        assertThat(scaling(new Reservation(9, 0, MACHINE, List.of()), 90).getDesired())
                .isEqualTo(10);
        assertThat(scaling(new Reservation(9, 1, MACHINE, List.of()), 90).getSurplusSinceMs())
                .isZero();
    }

    @Test
    void stepsAreBounded() {
        ManagedScaling steps = ManagedScaling.builder()
                .targetCapacity(100)
                .minimumScalingStepSize(2)
                .maximumScalingStepSize(3)
                .build();
        CapacityScaling none = CapacityScaling.getDefaultInstance();
        List<Resources> one = List.of(size(1024, 1000));
        assertThat(new Reservation(1, 0, MACHINE, one).scaling(steps, none, NOW).getDesired())
                .isEqualTo(3);
        assertThat(new Reservation(1, 0, MACHINE, Collections.nCopies(9, one.getFirst()))
                        .scaling(steps, none, NOW)
                        .getDesired())
                .isEqualTo(4);
    }

    @Test
    void thereAreFewerMachinesOnlyAfterAQuarterOfAnHour() {
        Reservation idle = new Reservation(1, 2, MACHINE, List.of());
        CapacityScaling first = scaling(idle, 100);
        assertThat(first.getReservationPercent()).isEqualTo(34);
        assertThat(first.getDesired()).isEqualTo(3);
        assertThat(first.getSurplusSinceMs()).isEqualTo(NOW.toEpochMilli());
        ManagedScaling settings = ManagedScaling.builder().targetCapacity(100).build();
        assertThat(idle.scaling(settings, first, NOW.plusSeconds(899)).getDesired())
                .isEqualTo(3);
        assertThat(idle.scaling(settings, first, NOW.plusSeconds(900)).getDesired())
                .isEqualTo(1);
    }

    private static CapacityScaling scaling(Reservation reservation, int target) {
        return reservation.scaling(
                ManagedScaling.builder().targetCapacity(target).build(), CapacityScaling.getDefaultInstance(), NOW);
    }

    private static Resources size(long cpu, long memory) {
        return Resources.newBuilder().setCpuUnits(cpu).setMemoryBytes(memory).build();
    }
}
