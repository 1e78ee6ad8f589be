import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the typed API of one AWS service from its model: a record with a builder per structure, an interface with a
 * method per operation, and a table of the operations.
 *
 * <p>Run in source mode by the build: {@code java Gen.java <model.json> <package> <Name> <directory>}.
 */
public final class Gen {

    private static final String HEADER = "// Generated from the service model of botocore (Apache-2.0). Do not edit.\n";

    private final JsonNode shapes;
    private final JsonNode operations;
    private final String packageName;
    private final String service;

    private Gen(JsonNode model, String packageName, String service) {
        this.shapes = model.get("shapes");
        this.operations = model.get("operations");
        this.packageName = packageName;
        this.service = service;
    }

    public static void main(String[] args) throws IOException {
        JsonNode model = new ObjectMapper().readTree(Path.of(args[0]).toFile());
        new Gen(model, args[1], args[2]).writeTo(Path.of(args[3]).resolve(args[1].replace('.', '/')));
    }

    private void writeTo(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (Map.Entry<String, JsonNode> shape : shapes.properties()) {
            if (isRecord(shape.getValue())) {
                files.put(shape.getKey() + ".java", record(shape.getKey(), shape.getValue()));
            }
        }
        files.put("package-info.java", packageInfo());
        files.put("Copies.java", copies());
        files.put(service + "Api.java", api());
        files.put(service + "Operations.java", table());
        Files.createDirectories(directory);
        try (var present = Files.list(directory)) {
            for (Path file : present.toList()) {
                if (!files.containsKey(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            // An unchanged file keeps its time, so that the compiler has nothing to do.
            if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                Files.writeString(path, file.getValue());
            }
        }
    }

    private static boolean isRecord(JsonNode shape) {
        return shape.get("type").asText().equals("structure")
                && !shape.path("exception").asBoolean()
                && !shape.path("document").asBoolean();
    }

    private String packageInfo() {
        return HEADER + "/** The typed API of " + service
                + ": records of its structures and a method per operation. */\n"
                + "@org.jspecify.annotations.NullMarked\npackage " + packageName + ";\n";
    }

    private record Member(String name, String type, boolean required) {

        boolean isList() {
            return type.startsWith("java.util.List");
        }

        boolean isMap() {
            return type.startsWith("java.util.Map");
        }

        /** The type of a value that may be absent. */
        String nullable() {
            int last = type.indexOf('<') < 0 ? type.lastIndexOf('.') : type.lastIndexOf('.', type.indexOf('<'));
            return last < 0
                    ? "@Nullable " + type
                    : type.substring(0, last + 1) + "@Nullable " + type.substring(last + 1);
        }

        String declared() {
            return required ? type : nullable();
        }
    }

    private List<Member> members(JsonNode shape) {
        List<String> required = new ArrayList<>();
        shape.path("required").forEach(name -> required.add(name.asText()));
        List<Member> members = new ArrayList<>();
        for (Map.Entry<String, JsonNode> member : shape.path("members").properties()) {
            members.add(new Member(
                    member.getKey(),
                    type(member.getValue().get("shape").asText()),
                    required.contains(member.getKey())));
        }
        return members;
    }

    private String type(String shapeName) {
        JsonNode shape = shapes.get(shapeName);
        return switch (shape.get("type").asText()) {
            case "string" -> "String";
            case "integer" -> "Integer";
            case "long" -> "Long";
            case "double", "float" -> "Double";
            case "boolean" -> "Boolean";
            case "timestamp" -> "java.time.Instant";
            case "list" ->
                "java.util.List<" + type(shape.get("member").get("shape").asText()) + ">";
            case "map" ->
                "java.util.Map<" + type(shape.get("key").get("shape").asText()) + ", "
                        + type(shape.get("value").get("shape").asText()) + ">";
            case "structure" -> shape.path("document").asBoolean() ? "Object" : shapeName;
            case String other -> throw new IllegalStateException(shapeName + " is a " + other);
        };
    }

    private String record(String name, JsonNode shape) {
        List<Member> members = members(shape);
        StringBuilder out =
                new StringBuilder(HEADER).append("package ").append(packageName).append(";\n\n");
        if (!members.isEmpty()) {
            out.append("import org.jspecify.annotations.Nullable;\n\n");
        }
        out.append("/** {@code ").append(name).append("} of the API. Absent members are null. */\n");
        out.append("public record ")
                .append(name)
                .append("(\n        ")
                .append(members.stream()
                        .map(member -> member.declared() + " " + member.name())
                        .collect(Collectors.joining(",\n        ")))
                .append(") {\n\n");
        constructor(out, name, members);
        for (Member member : members) {
            if (!member.required() && (member.isList() || member.isMap())) {
                String empty = member.isList() ? "java.util.List.of()" : "java.util.Map.of()";
                out.append("    /** Empty when absent. */\n    public ")
                        .append(member.type())
                        .append(' ')
                        .append(member.name())
                        .append("OrEmpty() {\n        return ")
                        .append(member.name())
                        .append(" == null ? ")
                        .append(empty)
                        .append(" : ")
                        .append(member.name())
                        .append(";\n    }\n\n");
            }
        }
        builder(out, name, members);
        return out.append("}\n").toString();
    }

    private static void constructor(StringBuilder out, String name, List<Member> members) {
        out.append("    public ").append(name).append(" {\n");
        for (Member member : members) {
            if (member.required()) {
                out.append("        java.util.Objects.requireNonNull(")
                        .append(member.name())
                        .append(", \"")
                        .append(member.name())
                        .append("\");\n");
            }
            if (member.isList() || member.isMap()) {
                String method = (member.isList() ? "list" : "map");
                String call = "Copies." + method + "(" + member.name() + ")";
                String guarded = member.required() ? call : member.name() + " == null ? null : " + call;
                out.append("        ")
                        .append(member.name())
                        .append(" = ")
                        .append(guarded)
                        .append(";\n");
            }
        }
        out.append("    }\n\n");
    }

    private static void builder(StringBuilder out, String name, List<Member> members) {
        out.append("    public static Builder builder() {\n        return new Builder();\n    }\n\n");
        out.append("    /** A builder that starts with these values. */\n    public Builder toBuilder() {\n")
                .append("        Builder builder = new Builder();\n");
        members.forEach(m -> out.append("        builder.")
                .append(m.name())
                .append(" = ")
                .append(m.name())
                .append(";\n"));
        out.append("        return builder;\n    }\n\n");
        out.append("    /** Builds {@link ").append(name).append("}. */\n    public static final class Builder {\n\n");
        members.forEach(m -> out.append("        private ")
                .append(m.nullable())
                .append(' ')
                .append(m.name())
                .append(";\n"));
        out.append("\n        private Builder() {}\n\n");
        for (Member m : members) {
            out.append("        public Builder ")
                    .append(m.name())
                    .append('(')
                    .append(m.nullable())
                    .append(" value) {\n")
                    .append("            this.")
                    .append(m.name())
                    .append(" = value;\n            return this;\n        }\n\n");
        }
        out.append("        public ")
                .append(name)
                .append(" build() {\n            return new ")
                .append(name)
                .append("(\n                    ")
                .append(members.stream()
                        .map(m -> m.required()
                                ? "java.util.Objects.requireNonNull(" + m.name() + ", \"" + m.name() + "\")"
                                : m.name())
                        .collect(Collectors.joining(",\n                    ")))
                .append(");\n        }\n    }\n");
    }

    private String copies() {
        return HEADER + "package " + packageName + """
            ;

            import java.util.Collections;
            import java.util.LinkedHashMap;
            import java.util.List;
            import java.util.Map;
            import java.util.Objects;

            /** Unmodifiable copies that keep the order and refuse nulls. */
            final class Copies {

                private Copies() {}

                static <T> List<T> list(List<T> values) {
                    return List.copyOf(values);
                }

                static <V> Map<String, V> map(Map<String, V> values) {
                    values.forEach((key, value) -> Objects.requireNonNull(value, key));
                    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
                }
            }
            """;
    }

    private String api() {
        StringBuilder out =
                new StringBuilder(HEADER).append("package ").append(packageName).append(";\n\n");
        out.append("/**\n * The operations of ")
                .append(service)
                .append(". What is not overridden is not there.\n"
                        + " *\n"
                        + " * @param <C> what a handler knows of the call beside its input\n"
                        + " */\n");
        out.append("public interface ").append(service).append("Api<C> {\n");
        for (Map.Entry<String, JsonNode> operation : operations.properties()) {
            String name = operation.getKey();
            out.append("\n    default ")
                    .append(shapeOf(operation.getValue(), "output"))
                    .append(' ')
                    .append(method(name))
                    .append('(')
                    .append(shapeOf(operation.getValue(), "input"))
                    .append(" request, C context) throws InterruptedException {\n")
                    .append("        throw new UnsupportedOperationException(\"")
                    .append(name)
                    .append("\");\n    }\n");
        }
        return out.append("}\n").toString();
    }

    private String table() {
        String name = service + "Operations";
        String entries = operations.properties().stream()
                .map(operation -> "                Map.entry(\"" + operation.getKey() + "\", new Operation<>("
                        + shapeOf(operation.getValue(), "input") + ".class, " + service + "Api::"
                        + method(operation.getKey()) + "))")
                .collect(Collectors.joining(",\n"));
        return HEADER + """
            package %1$s;

            import java.util.Map;

            /** Every operation by its name: the type of its input, and how it is called. */
            public final class %2$s {

                private %2$s() {}

                /** Calls one operation. */
                public interface Invoker<I, C> {
                    Object invoke(%3$sApi<C> api, I request, C context) throws InterruptedException;
                }

                /** One operation of the API. */
                public record Operation<I, C>(Class<I> input, Invoker<I, C> invoker) {}

                public static <C> Map<String, Operation<?, C>> all() {
                    return Map.<String, Operation<?, C>>ofEntries(
            %4$s);
                }
            }
            """.formatted(packageName, name, service, entries);
    }

    private static String shapeOf(JsonNode operation, String direction) {
        return operation.get(direction).get("shape").asText();
    }

    private static String method(String operation) {
        return Character.toLowerCase(operation.charAt(0)) + operation.substring(1);
    }
}
