package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.ApiService;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the environment of a container, and what the pod says of itself to its containers. */
final class Variables {

    private static final Set<String> ON_NODE =
            Set.of("status.podIP", "status.podIPs", "status.hostIP", "status.hostIPs", "spec.nodeName");

    private final Part pod;

    Variables(Part pod) {
        this.pod = pod;
    }

    /** What a container says itself comes last, and wins. */
    void addTo(PodContainer.Builder to, Part container) {
        ApiService.variables()
                .forEach((name, value) -> to.addEnvironment(
                        EnvironmentSource.newBuilder().setName(name).setLiteral(value)));
        for (Part from : container.at("envFrom").items()) {
            from.only(Set.of("prefix", "configMapRef", "secretRef"));
            EnvironmentSource.Builder source = EnvironmentSource.newBuilder().setName(from.text("prefix"));
            if (from.at("configMapRef").isPresent()) {
                source.setAll(reference(from.at("configMapRef"), Supply.Kind.CONFIG_MAP));
            } else {
                source.setAll(reference(from.at("secretRef"), Supply.Kind.SECRET));
            }
            to.addEnvironment(source);
        }
        for (Part variable : container.at("env").items()) {
            EnvironmentSource.Builder source = EnvironmentSource.newBuilder().setName(variable.text("name"));
            Part from = variable.at("valueFrom");
            if (from.isPresent()) {
                from(source, from, container);
            } else {
                source.setText(variable.text("value"));
            }
            to.addEnvironment(source);
        }
    }

    private void from(EnvironmentSource.Builder source, Part from, Part container) {
        from.only(Set.of("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef"));
        if (from.at("configMapKeyRef").isPresent()) {
            source.setKey(reference(from.at("configMapKeyRef"), Supply.Kind.CONFIG_MAP));
        } else if (from.at("secretKeyRef").isPresent()) {
            source.setKey(reference(from.at("secretKeyRef"), Supply.Kind.SECRET));
        } else if (from.at("resourceFieldRef").isPresent()) {
            source.setLiteral(resource(from.at("resourceFieldRef"), Optional.of(container)));
        } else {
            String path = from.at("fieldRef").text("fieldPath");
            if (ON_NODE.contains(path)) {
                source.setField(path);
            } else {
                source.setLiteral(field(from.at("fieldRef")));
            }
        }
    }

    static SupplyKey reference(Part part, Supply.Kind kind) {
        return SupplyKey.newBuilder()
                .setKind(kind)
                .setName(part.text("name"))
                .setKey(part.text("key"))
                .setOptional(part.flag("optional", false))
                .build();
    }

    /** What a field of the pod says, as it was created. */
    String field(Part reference) {
        String path = reference.text("fieldPath");
        Part metadata = pod.at("metadata");
        return switch (path) {
            case "metadata.name", "metadata.namespace", "metadata.uid" ->
                metadata.text(path.substring("metadata.".length()));
            case "metadata.labels" -> lines(metadata.map("labels"));
            case "metadata.annotations" -> lines(metadata.map("annotations"));
            case "spec.serviceAccountName" -> pod.at("spec").text("serviceAccountName", "default");
            default -> ofMap(reference, path);
        };
    }

    private String ofMap(Part reference, String path) {
        for (String map : new String[] {"labels", "annotations"}) {
            String start = "metadata." + map + "['";
            if (path.startsWith(start) && path.endsWith("']")) {
                String key = path.substring(start.length(), path.length() - 2);
                return pod.at("metadata").map(map).getOrDefault(key, "");
            }
        }
        throw reference.at("fieldPath").unsupported("the field \"" + path + "\" is not available here");
    }

    private static String lines(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + "=\"" + escaped(entry.getValue()) + "\"")
                .collect(Collectors.joining("\n"));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** Limits and requests; without a limit there is no telling before a node is chosen. */
    String resource(Part reference, Optional<Part> own) {
        String named = reference.text("containerName");
        Part container = named.isEmpty()
                ? own.orElseThrow(() -> reference.unsupported("a containerName is required"))
                : pod.at("spec").at("containers").items().stream()
                        .filter(one -> one.text("name").equals(named))
                        .findFirst()
                        .orElseThrow(() -> reference.unsupported("the pod has no container \"" + named + "\""));
        String path = reference.text("resource");
        String[] words = path.split("\\.", 2);
        Set<String> known = Set.of("limits.cpu", "limits.memory", "requests.cpu", "requests.memory");
        if (!known.contains(path)) {
            throw reference.at("resource").unsupported("the resource \"" + path + "\" is not available here");
        }
        String amount = container.at("resources").at(words[0]).text(words[1]);
        if (amount.isEmpty() && words[0].equals("requests")) {
            amount = container.at("resources").at("limits").text(words[1], "0");
        }
        if (amount.isEmpty()) {
            throw reference.at("resource").unsupported("the container has no " + path);
        }
        String divisor = reference.text("divisor", "1");
        BigDecimal by = Quantity.parse(divisor).value();
        return Quantity.parse(amount)
                .value()
                .divide(by.signum() == 0 ? BigDecimal.ONE : by, 0, RoundingMode.CEILING)
                .toPlainString();
    }
}
