import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Signature;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the schemas of the Kubernetes API as OpenAPI, from the class files of its Java model: they are read, never
 * loaded, so that nothing of the model is needed to run. What the model does not say of lists is in a table of ours.
 *
 * <p>Run in source mode by the build: {@code java KubeSchemas.java <class path> <lists.txt> <schemas.json.gz>}.
 */
public final class KubeSchemas {

    private static final String MODELS = "io/kubernetes/client/openapi/models/";
    private static final String APIS = "io/kubernetes/client/openapi/apis/";
    private static final String REFERENCE = "#/components/schemas/";
    private static final Pattern API =
            Pattern.compile("([A-Z][a-z]*(?:[A-Z][a-z]+)*?)(V\\d+(?:(?:alpha|beta)\\d+)?)Api");
    private static final Pattern CREATE = Pattern.compile("create(?:Namespaced)?([A-Z]\\w*)");
    private static final Pattern MODEL = Pattern.compile("(?:[A-Z][a-z]+)*?V\\d+(?:(?:alpha|beta)\\d+)?([A-Z]\\w*)");

    private static final Map<String, String> GROUPS = Map.ofEntries(
            Map.entry("Core", ""),
            Map.entry("Apps", "apps"),
            Map.entry("Batch", "batch"),
            Map.entry("Autoscaling", "autoscaling"),
            Map.entry("Policy", "policy"),
            Map.entry("Admissionregistration", "admissionregistration.k8s.io"),
            Map.entry("Apiextensions", "apiextensions.k8s.io"),
            Map.entry("Apiregistration", "apiregistration.k8s.io"),
            Map.entry("Authentication", "authentication.k8s.io"),
            Map.entry("Authorization", "authorization.k8s.io"),
            Map.entry("Certificates", "certificates.k8s.io"),
            Map.entry("Coordination", "coordination.k8s.io"),
            Map.entry("Discovery", "discovery.k8s.io"),
            Map.entry("Events", "events.k8s.io"),
            Map.entry("FlowcontrolApiserver", "flowcontrol.apiserver.k8s.io"),
            Map.entry("Networking", "networking.k8s.io"),
            Map.entry("Node", "node.k8s.io"),
            Map.entry("RbacAuthorization", "rbac.authorization.k8s.io"),
            Map.entry("Resource", "resource.k8s.io"),
            Map.entry("Scheduling", "scheduling.k8s.io"),
            Map.entry("Storage", "storage.k8s.io"));

    /** Kinds that are bodies of subresources, which no method creates by their own name. */
    private static final Map<String, String> SUBRESOURCES = Map.of(
            "autoscaling/v1 Scale", "V1Scale",
            "policy/v1 Eviction", "V1Eviction",
            "authentication.k8s.io/v1 TokenRequest", "AuthenticationV1TokenRequest",
            "v1 DeleteOptions", "V1DeleteOptions",
            "v1 Status", "V1Status");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, ClassModel> models = new TreeMap<>();
    private final Map<String, String> kinds = new TreeMap<>(SUBRESOURCES);
    private final Map<String, String[]> lists = new HashMap<>();

    public static void main(String[] args) throws IOException {
        KubeSchemas schemas = new KubeSchemas();
        for (String line : Files.readAllLines(Path.of(args[1]))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] words = line.split(" ");
                schemas.lists.put(words[0], words);
            }
        }
        for (String jar : args[0].split(java.io.File.pathSeparator)) {
            if (jar.contains("client-java-api-")) {
                schemas.read(jar);
            }
        }
        schemas.write(Path.of(args[2]));
    }

    private void read(String jar) throws IOException {
        try (JarFile file = new JarFile(jar)) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                boolean isModel = name.startsWith(MODELS) && !name.contains("$");
                boolean isApi = name.startsWith(APIS) && !name.contains("$");
                if (name.endsWith(".class") && (isModel || isApi)) {
                    try (InputStream bytes = file.getInputStream(entry)) {
                        ClassModel model = ClassFile.of().parse(bytes.readAllBytes());
                        String simple = name.substring(name.lastIndexOf('/') + 1, name.length() - ".class".length());
                        if (isModel) {
                            models.put(simple, model);
                        } else {
                            readApi(simple, model);
                        }
                    }
                }
            }
        }
    }

    private void readApi(String name, ClassModel api) {
        Matcher group = API.matcher(name);
        if (!group.matches() || !GROUPS.containsKey(group.group(1))) {
            return;
        }
        String version = group.group(2).toLowerCase(java.util.Locale.ROOT);
        String groupName = GROUPS.get(group.group(1));
        for (MethodModel method : api.methods()) {
            Matcher create = CREATE.matcher(method.methodName().stringValue());
            if (!create.matches()) {
                continue;
            }
            for (var parameter : method.methodTypeSymbol().parameterList()) {
                String type = parameter.displayName();
                Matcher model = MODEL.matcher(type);
                if (model.matches() && model.group(1).equals(create.group(1))) {
                    kinds.put((groupName.isEmpty() ? "" : groupName + "/") + version + " " + model.group(1), type);
                }
            }
        }
    }

    private void write(Path path) throws IOException {
        ObjectNode all = mapper.createObjectNode();
        ObjectNode kindNames = all.putObject("kinds");
        kinds.forEach(kindNames::put);
        ObjectNode schemas = all.putObject("schemas");
        models.forEach((name, model) -> schemas.set(name, schema(name, model)));
        Files.createDirectories(path.getParent());
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            mapper.writeValue(out, all);
        }
    }

    private ObjectNode schema(String name, ClassModel model) {
        ObjectNode schema = mapper.createObjectNode();
        annotation(model, "ApiModel")
                .flatMap(found -> text(found, "description"))
                .ifPresent(text -> schema.put("description", text));
        schema.put("type", "object");
        ObjectNode properties = mapper.createObjectNode();
        var required = mapper.createArrayNode();
        for (FieldModel field : model.fields()) {
            Optional<String> property = annotation(field, "SerializedName").flatMap(found -> text(found, "value"));
            if (property.isEmpty()) {
                continue;
            }
            Signature type = field.findAttribute(Attributes.signature())
                    .map(found -> found.asTypeSignature())
                    .orElseGet(() -> Signature.of(field.fieldTypeSymbol()));
            Optional<Annotation> told = getter(model, field.fieldName().stringValue())
                    .flatMap(found -> annotation(found, "ApiModelProperty"));
            ObjectNode value = mapper.createObjectNode();
            told.flatMap(found -> text(found, "value"))
                    .filter(text -> !text.isEmpty())
                    .ifPresent(text -> value.put("description", text));
            describe(type, value);
            mark(value, lists.get(name + "." + property.get()));
            properties.set(property.get(), value);
            if (told.filter(KubeSchemas::isRequired).isPresent()) {
                required.add(property.get());
            }
        }
        schema.set("properties", properties);
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        String[] marks = lists.get(name);
        if (marks != null) {
            schema.put("x-kubernetes-map-type", marks[1]);
        }
        kinds.forEach((kind, model_) -> {
            if (model_.equals(name)) {
                int space = kind.indexOf(' ');
                int slash = kind.indexOf('/');
                schema.withArray("x-kubernetes-group-version-kind")
                        .addObject()
                        .put("group", slash < 0 ? "" : kind.substring(0, slash))
                        .put("version", kind.substring(slash + 1, space))
                        .put("kind", kind.substring(space + 1));
            }
        });
        return schema;
    }

    /** @param marks the property, patch strategy, merge key, list or map type, and keys; {@code -} where there is none */
    private void mark(ObjectNode value, String[] marks) {
        if (marks == null) {
            return;
        }
        put(value, "x-kubernetes-patch-strategy", marks[1]);
        put(value, "x-kubernetes-patch-merge-key", marks[2]);
        put(value, value.has("items") ? "x-kubernetes-list-type" : "x-kubernetes-map-type", marks[3]);
        if (!marks[4].equals("-")) {
            var keys = value.putArray("x-kubernetes-list-map-keys");
            List.of(marks[4].split(",")).forEach(keys::add);
        }
    }

    private static void put(ObjectNode value, String name, String text) {
        if (!text.equals("-")) {
            value.put(name, text);
        }
    }

    private void describe(Signature type, ObjectNode into) {
        switch (type) {
            case Signature.ClassTypeSig named -> describe(named, into);
            case Signature.ArrayTypeSig _ -> into.put("type", "string").put("format", "byte");
            default -> throw new IllegalStateException(type.signatureString());
        }
    }

    private void describe(Signature.ClassTypeSig type, ObjectNode into) {
        switch (type.className()) {
            case "java/lang/String" -> into.put("type", "string");
            case "java/lang/Boolean" -> into.put("type", "boolean");
            case "java/lang/Integer" -> into.put("type", "integer").put("format", "int32");
            case "java/lang/Long" -> into.put("type", "integer").put("format", "int64");
            case "java/lang/Double" -> into.put("type", "number").put("format", "double");
            case "java/math/BigDecimal" -> into.put("type", "number");
            case "java/time/OffsetDateTime" -> into.put("type", "string").put("format", "date-time");
            case "io/kubernetes/client/custom/IntOrString" ->
                into.put("format", "int-or-string").put("x-kubernetes-int-or-string", true);
            case "io/kubernetes/client/custom/Quantity" ->
                into.put("type", "string").put("format", "quantity");
            case "java/lang/Object" -> into.put("x-kubernetes-preserve-unknown-fields", true);
            case "java/util/List", "java/util/Set" -> {
                into.put("type", "array");
                describe(argument(type, 0), into.putObject("items"));
            }
            case "java/util/Map" -> {
                into.put("type", "object");
                describe(argument(type, 1), into.putObject("additionalProperties"));
            }
            case String model
            when model.startsWith(MODELS) -> into.put("$ref", REFERENCE + model.substring(MODELS.length()));
            default -> throw new IllegalStateException(type.className());
        }
    }

    private static Signature argument(Signature.ClassTypeSig type, int index) {
        return ((Signature.TypeArg.Bounded) type.typeArgs().get(index)).boundType();
    }

    private static Optional<MethodModel> getter(ClassModel model, String field) {
        String name = "get" + (field.startsWith("_") ? field.substring(1) : field);
        return model.methods().stream()
                .filter(method -> method.methodName().stringValue().equalsIgnoreCase(name))
                .findFirst();
    }

    private static boolean isRequired(Annotation told) {
        return told.elements().stream()
                .anyMatch(element -> element.name().equalsString("required")
                        && element.value() instanceof AnnotationValue.OfBoolean flag
                        && flag.booleanValue());
    }

    private static Optional<Annotation> annotation(java.lang.classfile.AttributedElement element, String simpleName) {
        return element.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .map(RuntimeVisibleAnnotationsAttribute::annotations)
                .flatMap(List::stream)
                .filter(found -> found.classSymbol().displayName().equals(simpleName))
                .findFirst();
    }

    private static Optional<String> text(Annotation annotation, String member) {
        return annotation.elements().stream()
                .filter(element -> element.name().equalsString(member))
                .map(AnnotationElement::value)
                .map(value -> ((AnnotationValue.OfString) value).stringValue())
                .findFirst();
    }
}
