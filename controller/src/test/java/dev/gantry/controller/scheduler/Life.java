package dev.gantry.controller.scheduler;

import static dev.gantry.controller.world.Records.distinctInstance;
import static dev.gantry.controller.world.Records.memberOf;
import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.resources;
import static dev.gantry.controller.world.Records.serviceTask;
import static dev.gantry.controller.world.Records.spec;
import static dev.gantry.controller.world.Records.strategy;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PlacementStrategy.Type;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Adds, ends and changes nodes and tasks at random. */
final class Life {

    private final World world;
    private final SplittableRandom chance;
    private int nodes;
    private int workloads;

    Life(World world, long seed) {
        this.world = world;
        this.chance = new SplittableRandom(seed);
        for (int i = 0; i < 6; i++) {
            addNode();
        }
    }

    long placedEver() {
        return world.snapshot().list(Kinds.WORKLOAD).stream()
                .filter(workload -> Workloads.isPlaced(workload.value()))
                .count();
    }

    List<Versioned<Workload>> waiting() {
        return world.snapshot().find(Kinds.WORKLOADS_BY_STAGE, "UNPLACED");
    }

    void step() {
        int changes = 1 + chance.nextInt(8);
        for (int i = 0; i < changes; i++) {
            switch (chance.nextInt(8)) {
                case 0 -> addNode();
                case 1 -> changeNode();
                case 2, 3 -> endOne();
                default -> addWorkloads();
            }
        }
    }

    private void addNode() {
        Node.Builder node = node("n" + nodes++, "z" + chance.nextInt(3));
        node.getInfoBuilder().getCapacityBuilder().addTcpPorts(22);
        node.getInfoBuilder().putAttributes("rack", "r" + chance.nextInt(4));
        world.put(node.build());
    }

    private void changeNode() {
        String id = "n" + chance.nextInt(nodes);
        if (chance.nextInt(6) == 0
                && world.snapshot().get(Kinds.NODE.key("", id)).isPresent()) {
            world.delete(Kinds.NODE.key("", id));
        } else if (world.snapshot().get(Kinds.NODE.key("", id)).isPresent()) {
            world.change(
                    Kinds.NODE.key("", id),
                    node -> node.toBuilder()
                            .setReadiness(chance.nextBoolean() ? Readiness.READY : Readiness.UNREACHABLE)
                            .setAdministration(chance.nextInt(4) == 0 ? Administration.DRAINING : Administration.ACTIVE)
                            .putAttributes("rack", "r" + chance.nextInt(4))
                            .build());
        }
    }

    private void endOne() {
        List<Versioned<Workload>> all = new ArrayList<>(world.snapshot().list(Kinds.WORKLOAD));
        if (!all.isEmpty()) {
            Workload any = all.get(chance.nextInt(all.size())).value();
            world.put(
                    chance.nextBoolean()
                            ? Workloads.stop(any, "UserInitiated", "stop", Instant.EPOCH)
                            : Workloads.ended(any, "UserInitiated", "stop", Instant.EPOCH));
        }
    }

    private void addWorkloads() {
        WorkloadSpec.Builder spec = anySpec();
        int count = 1 + chance.nextInt(5);
        for (int i = 0; i < count; i++) {
            // A group with distinct members has no others, so that the check can tell whose
            // fault it is.
            boolean isDistinct = spec.getConstraintsList().contains(distinctInstance());
            String group = isDistinct ? "service:distinct" : "service:" + chance.nextInt(3);
            Workload.Builder workload = serviceTask("t" + workloads++, spec);
            world.put(workload.setSpec(spec.setGroup(group)).build());
        }
    }

    private WorkloadSpec.Builder anySpec() {
        WorkloadSpec.Builder spec = spec(50L + chance.nextInt(400), 50L + chance.nextInt(200));
        if (chance.nextInt(3) == 0) {
            long cpu = spec.getResources().getCpuUnits();
            spec.setResources(resources(cpu, 64).addTcpPorts(8000 + chance.nextInt(4)));
        }
        PlacementConstraint constraint = switch (chance.nextInt(6)) {
            case 0 -> distinctInstance();
            case 1 -> memberOf("attribute:rack in [r0, r1]");
            case 2 -> memberOf("not(task:group == service:0)");
            default -> memberOf("agentConnected == true");
        };
        return withStrategy(spec.addConstraints(constraint));
    }

    private WorkloadSpec.Builder withStrategy(WorkloadSpec.Builder spec) {
        return switch (chance.nextInt(6)) {
            case 0 -> spec.addStrategies(strategy(Type.BINPACK, "cpu"));
            case 1 ->
                spec.addStrategies(strategy(Type.SPREAD, "attribute:rack"))
                        .addStrategies(strategy(Type.BINPACK, "memory"));
            case 2 ->
                spec.addStrategies(strategy(Type.BINPACK, "memory"))
                        .addStrategies(strategy(Type.SPREAD, "attribute:ecs.availability-zone"));
            case 3 -> spec.addStrategies(strategy(Type.SPREAD, "instanceId"));
            default -> spec;
        };
    }
}
