package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.ContainerDependency;
import dev.gantry.controller.ecs.document.Refusals;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The order among containers: dependsOn, links and volumesFrom together must not run in a circle. */
final class DependencyRules {

    private DependencyRules() {}

    static void check(List<ContainerDefinition> containers) {
        Map<String, ContainerDefinition> byName = new LinkedHashMap<>();
        containers.forEach(container -> byName.put(String.valueOf(container.name()), container));
        for (Map.Entry<String, ContainerDefinition> container : byName.entrySet()) {
            for (ContainerDependency dependency : container.getValue().dependsOnOrEmpty()) {
                checkOne(container.getKey(), dependency, byName);
            }
        }
        checkAcyclic(byName, DependencyRules::links, "Container links should not have a cycle");
        checkAcyclic(byName, DependencyRules::before, "Container dependencies should not have a cycle");
    }

    private static void checkAcyclic(
            Map<String, ContainerDefinition> containers,
            Function<ContainerDefinition, Stream<String>> before,
            String message) {
        Set<String> done = new HashSet<>();
        containers.keySet().forEach(name -> walk(name, new Walk(containers, before, message), new HashSet<>(), done));
    }

    private record Walk(
            Map<String, ContainerDefinition> containers,
            Function<ContainerDefinition, Stream<String>> before,
            String message) {}

    private static void checkOne(
            String name, ContainerDependency dependency, Map<String, ContainerDefinition> containers) {
        String of = dependency.containerName();
        ContainerDefinition target = containers.get(of);
        if (target == null) {
            throw Refusals.client("Invalid setting for container \'" + name + "\'. "
                    + "It depends on the unknown container '" + of + "'.");
        }
        require(!of.equals(name), name, "A container cannot depend on itself.");
        switch (dependency.condition()) {
            case "HEALTHY" ->
                require(
                        target.healthCheck() != null,
                        name,
                        "It depends on container '" + of + "' being HEALTHY, which has no health check.");
            case "COMPLETE", "SUCCESS" ->
                require(
                        Boolean.FALSE.equals(target.essential()),
                        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container");
            default -> {}
        }
    }

    private static void walk(String name, Walk walk, Set<String> path, Set<String> done) {
        require(path.add(name), walk.message());
        ContainerDefinition container = walk.containers().get(name);
        if (container != null && done.add(name)) {
            walk.before().apply(container).forEach(next -> walk(next, walk, path, done));
        }
        path.remove(name);
    }

    private static Stream<String> before(ContainerDefinition container) {
        Stream<String> volumes =
                container.volumesFromOrEmpty().stream().map(from -> String.valueOf(from.sourceContainer()));
        Stream<String> dependencies = container.dependsOnOrEmpty().stream().map(ContainerDependency::containerName);
        return Stream.of(dependencies, links(container), volumes).flatMap(names -> names);
    }

    private static Stream<String> links(ContainerDefinition container) {
        return container.linksOrEmpty().stream().map(link -> link.split(":", 2)[0]);
    }
}
