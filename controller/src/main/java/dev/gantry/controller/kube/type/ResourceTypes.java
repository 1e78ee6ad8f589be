package dev.gantry.controller.kube.type;

import dev.gantry.controller.kube.document.ResourceName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every kind that is served. */
public final class ResourceTypes {

    private static final ResourceTypes BUILT_IN = new ResourceTypes(all());

    private final List<ResourceType> types;
    private final Map<String, ResourceType> byPath = new LinkedHashMap<>();
    private final Map<ResourceName, ResourceType> byName = new LinkedHashMap<>();

    private ResourceTypes(List<ResourceType> types) {
        this.types = types;
        types.forEach(type -> {
            byPath.put(type.apiVersion() + "/" + type.name().plural(), type);
            byName.putIfAbsent(type.name(), type);
        });
    }

    /** What is served without custom definitions. */
    public static ResourceTypes builtIn() {
        return BUILT_IN;
    }

    /** These, and others after them; whatever is among these already stays what it is. */
    public ResourceTypes with(List<ResourceType> more) {
        List<ResourceType> all = new ArrayList<>(types);
        more.stream().filter(type -> !byName.containsKey(type.name())).forEach(all::add);
        return new ResourceTypes(List.copyOf(all));
    }

    /** In the order of discovery. */
    public List<ResourceType> list() {
        return types;
    }

    /** @param apiVersion for example {@code v1} or {@code apps/v1} */
    public Optional<ResourceType> find(String apiVersion, String plural) {
        return Optional.ofNullable(byPath.get(apiVersion + "/" + plural));
    }

    /** In the version that is preferred. */
    public Optional<ResourceType> find(ResourceName name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The kinds of one group and version. */
    public List<ResourceType> of(String apiVersion) {
        return types.stream()
                .filter(type -> type.apiVersion().equals(apiVersion))
                .toList();
    }

    /** Without the core group, in the order of discovery. */
    public Set<String> groups() {
        Set<String> groups = new LinkedHashSet<>();
        types.forEach(type -> groups.add(type.name().group()));
        groups.remove("");
        return groups;
    }

    /** The preferred one first. */
    public Set<String> versions(String group) {
        Set<String> versions = new LinkedHashSet<>();
        types.stream().filter(type -> type.name().group().equals(group)).forEach(type -> versions.add(type.version()));
        return versions;
    }

    private static List<ResourceType> all() {
        List<ResourceType> all = new ArrayList<>();
        all.addAll(CoreTypes.list());
        all.addAll(ControllerTypes.list());
        all.addAll(OtherTypes.list());
        all.addAll(MetricsTypes.list());
        return List.copyOf(all);
    }
}
