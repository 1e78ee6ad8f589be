package dev.gantry.controller.ecs.view;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Workload;
import java.util.List;

/**
 * How many tasks of one revision of a service there are, counted when somebody asks.
 *
 * @param requested as many shall run: the desired count for the newest revision, what is left for others
 * @param live have not stopped
 */
record TaskCounts(int requested, int running, int pending, int live) {

    /** @param tasks the service's live ones */
    static TaskCounts of(EcsService service, String deployment, List<Workload> tasks) {
        List<Workload> own = tasks.stream()
                .filter(task -> TaskView.origin(task).getDeploymentId().equals(deployment))
                .toList();
        boolean newest = service.getDeploymentsCount() > 0
                && service.getDeployments(0).getId().equals(deployment);
        long wanted = own.stream().filter(task -> !Workloads.isUnwanted(task)).count();
        return new TaskCounts(
                newest ? service.getDesiredCount() : (int) wanted, running(own), pending(own), own.size());
    }

    static int running(List<Workload> tasks) {
        return (int) tasks.stream().filter(Workloads::isRunning).count();
    }

    static int pending(List<Workload> tasks) {
        return (int) tasks.stream()
                .filter(task -> Workloads.phase(task).compareTo(Phase.RUNNING) < 0 && !Workloads.isUnwanted(task))
                .count();
    }
}
