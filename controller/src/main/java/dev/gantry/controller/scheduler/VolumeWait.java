package dev.gantry.controller.scheduler;

import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.proto.Supply;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.Workload;
import java.util.Optional;

/** Tells whether a workload must wait for what it refers to: its claims may bind it to a node. */
final class VolumeWait {

    private VolumeWait() {}

    /**
     * Whether nobody has looked yet for what it refers to. It cannot start without, and whoever looks writes the same record as
     * who places it: at once, one of them would do it in vain.
     */
    static boolean isUnknown(Workload workload) {
        return workload.getSpec().getPod().getNeedsSupplies() && !workload.hasSupplies();
    }

    /** What speaks against every node; empty when all its claims are there and none waits for a volume. */
    static Optional<Unplaced> missing(Workload workload) {
        return absent(workload).or(() -> obstacle(workload));
    }

    private static Optional<Unplaced> obstacle(Workload workload) {
        return workload.getSupplies().getSuppliesList().stream()
                .map(Supply::getObstacle)
                .filter(obstacle -> !obstacle.isEmpty())
                .findFirst()
                .map(obstacle -> new Unplaced("CLAIM", obstacle, ""));
    }

    private static Optional<Unplaced> absent(Workload workload) {
        return workload.getSpec().getVolumesList().stream()
                .filter(VolumeSpec::hasClaim)
                .map(volume -> volume.getClaim().getClaim())
                .filter(claim -> workload.getSupplies().getSuppliesList().stream()
                        .noneMatch(supply -> supply.getKind() == Supply.Kind.CLAIM
                                && supply.getName().equals(claim)))
                .findFirst()
                .map(claim -> new Unplaced("CLAIM", "persistentvolumeclaim \"" + claim + "\" not found.", ""));
    }
}
