package dev.gantry.agent.work;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.proto.Supply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves the variables of a container of a pod, and the references to them in its command. Pure.
 *
 * @param podAddresses of the pod, its first one is the one that most ask for
 * @param services that it finds in its variables
 */
record PodEnvironment(
        String nodeName, List<String> nodeAddresses, List<String> podAddresses, List<ServiceRoute> services) {

    /** $(NAME), or $$ for a dollar sign that begins no reference. */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([A-Za-z_.-][A-Za-z0-9_.-]*)\\)");

    /** The container as the engine shall create it. */
    ContainerSpec resolve(DesiredWorkload workload, ContainerSpec container) {
        Map<String, String> variables = ServiceVariables.of(services);
        container.getPod().getEnvironmentList().forEach(source -> add(variables, workload, source));
        ContainerSpec.Builder resolved = container.toBuilder();
        variables.forEach((name, value) ->
                resolved.addEnvironment(KeyValue.newBuilder().setKey(name).setValue(value)));
        resolved.clearCommand().clearEntryPoint();
        container.getCommandList().forEach(word -> resolved.addCommand(expanded(word, variables)));
        container.getEntryPointList().forEach(word -> resolved.addEntryPoint(expanded(word, variables)));
        return resolved.build();
    }

    private void add(Map<String, String> variables, DesiredWorkload workload, EnvironmentSource source) {
        String name = source.getName();
        switch (source.getSourceCase()) {
            case TEXT -> variables.put(name, expanded(source.getText(), variables));
            case LITERAL -> variables.put(name, source.getLiteral());
            case KEY ->
                ProjectedFiles.find(workload.getSupplies(), source.getKey())
                        .flatMap(supply -> text(supply, source.getKey().getKey()))
                        .ifPresent(value -> variables.put(name, value));
            case ALL ->
                ProjectedFiles.find(workload.getSupplies(), source.getAll())
                        .ifPresent(supply -> supply.getDataMap().keySet().stream()
                                .sorted()
                                .forEach(key -> variables.put(
                                        name + key, text(supply, key).orElse(""))));
            case FIELD -> variables.put(name, field(source.getField()));
            case SOURCE_NOT_SET -> variables.put(name, "");
        }
    }

    private static Optional<String> text(Supply supply, String key) {
        return Optional.ofNullable(supply.getDataMap().get(key)).map(bytes -> bytes.toString(StandardCharsets.UTF_8));
    }

    private String field(String path) {
        return switch (path) {
            case "spec.nodeName" -> nodeName;
            case "status.hostIP" -> first(nodeAddresses);
            case "status.hostIPs" -> String.join(",", nodeAddresses);
            case "status.podIP" -> first(podAddresses);
            case "status.podIPs" -> String.join(",", podAddresses);
            default -> throw RefusedTaskException.hostConfig("this node does not know the field " + path);
        };
    }

    private static String first(List<String> addresses) {
        return addresses.isEmpty() ? "" : addresses.getFirst();
    }

    /** What refers to no variable stays as it is. */
    private static String expanded(String text, Map<String, String> variables) {
        return REFERENCE.matcher(text).replaceAll(found -> {
            String name = found.group(1);
            if (name == null) {
                return Matcher.quoteReplacement("$");
            }
            return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
        });
    }
}
