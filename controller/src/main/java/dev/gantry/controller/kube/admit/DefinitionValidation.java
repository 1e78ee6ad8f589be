package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.JsonPath;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.type.ResourceTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Finds why a custom definition is refused. */
final class DefinitionValidation {

    private static final String APPROVAL = "api-approved.kubernetes.io";
    private static final String GROUP = "spec.group";
    private static final String NAMES = "spec.names";
    private static final String VERSIONS = "spec.versions";
    private static final List<String> COLUMN_TYPES = List.of("boolean", "date", "integer", "number", "string");
    private static final List<String> COLUMN_FORMATS =
            List.of("", "byte", "date", "date-time", "double", "float", "int32", "int64", "password");

    private final Findings findings;
    private final ObjectNode definition;
    private final JsonNode spec;

    DefinitionValidation(Findings findings, ObjectNode definition) {
        this.findings = findings;
        this.definition = definition;
        this.spec = definition.path("spec");
    }

    /** @param before what it replaces; empty for a new one */
    void check(Optional<ObjectNode> before) {
        group();
        names();
        String scope = spec.path("scope").asText();
        if (scope.isEmpty()) {
            findings.required("spec.scope", "");
        } else {
            findings.oneOf("spec.scope", spec.path("scope"), List.of("Cluster", "Namespaced"));
        }
        if (spec.path("preserveUnknownFields").asBoolean()) {
            findings.invalid("spec.preserveUnknownFields", spec.path("preserveUnknownFields"), "must be false");
        }
        conversion(spec.at("/conversion/strategy"));
        versions();
        before.ifPresent(this::change);
    }

    private void group() {
        String group = spec.path("group").asText();
        String name = definition.at("/metadata/name").asText();
        String plural = spec.at("/names/plural").asText();
        if (!name.equals(plural + "." + group)) {
            findings.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        }
        if (group.isEmpty()) {
            findings.required(GROUP, "");
            return;
        }
        Optional<String> problem = Names.SUBDOMAIN.problem(group);
        if (problem.isPresent()) {
            findings.invalid(GROUP, group, problem.get());
        } else if (!group.contains(".")) {
            findings.invalid(GROUP, group, "should be a domain with at least one dot");
        } else if (ResourceTypes.builtIn().groups().contains(group)) {
            findings.invalid(GROUP, group, "is a group of the API itself");
        }
        boolean isProtected = List.of("k8s.io", "kubernetes.io").stream()
                .anyMatch(domain -> group.equals(domain) || group.endsWith("." + domain));
        if (isProtected && definition.at("/metadata/annotations").path(APPROVAL).isMissingNode()) {
            findings.required(
                    "metadata.annotations[" + APPROVAL + "]",
                    "protected groups must have approval annotation \"" + APPROVAL
                            + "\", see https://github.com/kubernetes/enhancements/pull/1111");
        }
    }

    private void names() {
        JsonNode names = spec.path("names");
        for (String member : List.of("plural", "singular", "kind", "listKind")) {
            String path = NAMES + "." + member;
            String text = names.path(member).asText();
            boolean isKind = member.endsWith("ind");
            if (text.isEmpty()) {
                findings.required(path, "");
            } else {
                Names.SERVICE
                        .problem(isKind ? text.toLowerCase(Locale.ROOT) : text)
                        .ifPresent(problem -> findings.invalid(
                                path,
                                text,
                                isKind ? "may have mixed case, but should otherwise match: " + problem : problem));
            }
        }
        if (names.path("kind").asText().equals(names.path("listKind").asText())) {
            findings.invalid(NAMES + ".listKind", names.path("listKind"), "kind and listKind may not be the same");
        }
        for (String list : List.of("shortNames", "categories")) {
            List<String> texts = Json.texts(names.path(list));
            for (int i = 0; i < texts.size(); i++) {
                String path = NAMES + "." + list + "[" + i + "]";
                String text = texts.get(i);
                Names.SERVICE.problem(text).ifPresent(problem -> findings.invalid(path, text, problem));
            }
        }
    }

    private void conversion(JsonNode strategy) {
        findings.oneOf("spec.conversion.strategy", strategy, List.of("None", "Webhook"));
        if (strategy.asText().equals("Webhook")) {
            findings.forbidden(
                    "spec.conversion.strategy",
                    "conversion by a webhook is not supported here: with None, objects are the same in all versions");
        }
    }

    private void versions() {
        JsonNode versions = spec.path("versions");
        if (versions.isEmpty()) {
            findings.required(VERSIONS, "must have at least one version");
            return;
        }
        Set<String> names = new HashSet<>();
        int stored = 0;
        for (int i = 0; i < versions.size(); i++) {
            JsonNode version = versions.get(i);
            String path = VERSIONS + "[" + i + "]";
            String name = version.path("name").asText();
            Names.SERVICE.problem(name).ifPresent(problem -> findings.invalid(path + ".name", name, problem));
            if (!names.add(name)) {
                findings.invalid(VERSIONS, name, "must contain unique version names");
            }
            stored += version.path("storage").asBoolean() ? 1 : 0;
            version(version, path);
        }
        if (stored != 1) {
            findings.invalid(
                    VERSIONS, String.join(", ", names), "must have exactly one version marked as storage version");
        }
    }

    private void version(JsonNode version, String path) {
        JsonNode schema = version.at("/schema/openAPIV3Schema");
        String schemaPath = path + ".schema.openAPIV3Schema";
        if (schema.isObject()) {
            new StructuralValidation(findings).root(schema, schemaPath);
        } else {
            findings.required(schemaPath, "schemas are required");
        }
        boolean isWarned = !version.path("deprecationWarning").asText().isEmpty();
        if (isWarned && !version.path("deprecated").asBoolean()) {
            findings.invalid(
                    path + ".deprecationWarning",
                    version.path("deprecationWarning"),
                    "can only be set for deprecated versions");
        }
        JsonNode columns = version.path("additionalPrinterColumns");
        for (int i = 0; i < columns.size(); i++) {
            column(columns.get(i), path + ".additionalPrinterColumns[" + i + "]");
        }
        JsonNode fields = version.path("selectableFields");
        for (int i = 0; i < fields.size(); i++) {
            String at = path + ".selectableFields[" + i + "].jsonPath";
            pointer(fields.get(i).path("jsonPath"), at, List.of("."), true);
        }
        JsonNode scale = version.at("/subresources/scale");
        if (scale.isObject()) {
            String at = path + ".subresources.scale.";
            pointer(scale.path("specReplicasPath"), at + "specReplicasPath", List.of(".spec."), true);
            pointer(scale.path("statusReplicasPath"), at + "statusReplicasPath", List.of(".status."), true);
            pointer(scale.path("labelSelectorPath"), at + "labelSelectorPath", List.of(".spec.", ".status."), false);
        }
    }

    private void column(JsonNode column, String path) {
        for (String member : List.of("name", "type", "jsonPath")) {
            if (column.path(member).asText().isEmpty()) {
                findings.required(path + "." + member, "");
            }
        }
        findings.oneOf(path + ".type", column.path("type"), COLUMN_TYPES);
        findings.oneOf(path + ".format", column.path("format"), COLUMN_FORMATS);
        String text = column.path("jsonPath").asText();
        if (!text.isEmpty() && JsonPath.parse(text).isEmpty()) {
            findings.invalid(path + ".jsonPath", text, "is no JSON path, or one that is not supported here");
        }
    }

    /** @param within where the path must lead */
    private void pointer(JsonNode value, String path, List<String> within, boolean isRequired) {
        String text = value.asText();
        if (text.isEmpty()) {
            if (isRequired) {
                findings.required(path, "");
            }
            return;
        }
        boolean isPointer = JsonPath.parse(text).flatMap(JsonPath::pointer).isPresent();
        if (!isPointer || within.stream().noneMatch(text::startsWith)) {
            String where = String.join(" or ", within).replaceAll("\\.( |$)", "$1");
            findings.invalid(
                    path,
                    text,
                    where.isEmpty() ? "should be a simple json path" : "should be a json path under " + where);
        }
    }

    private void change(ObjectNode before) {
        JsonNode old = before.path("spec");
        List<String> fixed = new ArrayList<>(List.of("/group", "/names/plural"));
        boolean isEstablished = before.at("/status/conditions")
                .valueStream()
                .anyMatch(one -> one.path("type").asText().equals("Established")
                        && one.path("status").asText().equals("True"));
        if (isEstablished) {
            fixed.addAll(List.of("/scope", "/names/kind"));
        }
        fixed.forEach(
                pointer -> findings.unchanged("spec" + pointer.replace('/', '.'), old.at(pointer), spec.at(pointer)));
        List<String> stored = Json.texts(before.at("/status/storedVersions"));
        for (int i = 0; i < stored.size(); i++) {
            if (spec.path("versions").valueStream().noneMatch(isNamed(stored.get(i)))) {
                findings.invalid("status.storedVersions[" + i + "]", stored.get(i), "must appear in spec.versions");
            }
        }
    }

    private static Predicate<JsonNode> isNamed(String name) {
        return version -> version.path("name").asText().equals(name);
    }
}
