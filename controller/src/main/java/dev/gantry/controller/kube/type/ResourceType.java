package dev.gantry.controller.kube.type;

import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One kind of the API in one version.
 *
 * @param verbs empty for what is served by its subresources only
 * @param custom empty for what is built in
 * @param guest  empty for what belongs to this API
 */
public record ResourceType(
        ResourceName name,
        String version,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        List<String> verbs,
        List<Subresource> subresources,
        List<Column> columns,
        Optional<Custom> custom,
        Optional<Guest> guest) {

    private static final List<String> ALL_VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> STATUS_VERBS = List.of("get", "patch", "update");

    /** One version of what a custom definition describes. */
    public static ResourceType custom(
            ResourceName name, String version, String kind, boolean namespaced, Custom custom) {
        return bare(name, version, kind, namespaced, ALL_VERBS)
                .definedBy(custom)
                .shows(Column.age());
    }

    /** What another front end keeps and this API shows. Its status can only be read. */
    public static ResourceType guest(ResourceName name, String version, String kind, Guest guest) {
        return bare(name, version, kind, true, ALL_VERBS)
                .shownFor(guest)
                .with(new Subresource(Subresource.STATUS, name.group(), version, kind, List.of("get")));
    }

    static ResourceType namespaced(String group, String version, String kind, String plural) {
        return stored(group, version, kind, plural, true);
    }

    static ResourceType clusterWide(String group, String version, String kind, String plural) {
        return stored(group, version, kind, plural, false);
    }

    /** Something that is only asked, never kept. */
    static ResourceType asked(String group, String version, String kind, String plural, boolean namespaced) {
        return bare(new ResourceName(group, plural), version, kind, namespaced, List.of("create"));
    }

    /** Something that is drawn from what was measured: it can only be read, and nobody watches it. */
    static ResourceType measured(String group, String version, String kind, String plural, boolean namespaced) {
        return bare(new ResourceName(group, plural), version, kind, namespaced, List.of("get", "list"));
    }

    /** As in {@code apiVersion}. */
    public String apiVersion() {
        return name.group().isEmpty() ? version : name.group() + "/" + version;
    }

    public String singular() {
        return custom.map(Custom::singular).orElseGet(() -> kind.toLowerCase(java.util.Locale.ROOT));
    }

    /** What a list of its objects is called. */
    public String listKind() {
        return custom.map(Custom::listKind).orElseGet(() -> kind + "List");
    }

    /** What is known of its objects; empty for a kind of which nothing is. */
    public Optional<Schema> schema() {
        return ownSchema().or(() -> Schemas.builtIn().find(apiVersion(), kind));
    }

    /** What is known of its objects, where that is not from Kubernetes itself. */
    public Optional<Schema> ownSchema() {
        return custom.map(Custom::schema).or(() -> guest.map(Guest::schema));
    }

    /** Where its objects say how many replicas they have; empty where they say it as the kinds of Kubernetes do. */
    public Optional<Custom.Scale> scalePlaces() {
        return custom.flatMap(Custom::scale).or(() -> guest.flatMap(Guest::scale));
    }

    public Optional<Subresource> subresource(String sub) {
        return subresources.stream().filter(one -> one.name().equals(sub)).findFirst();
    }

    public boolean isStored() {
        return verbs.contains("get");
    }

    /** Whether its objects are made by those who use the API. */
    public boolean isMade() {
        return verbs.contains("create") && isStored();
    }

    public boolean hasStatus() {
        return subresource(Subresource.STATUS).isPresent();
    }

    public ResourceType called(String... names) {
        return new ResourceType(
                name,
                version,
                kind,
                namespaced,
                List.of(names),
                categories,
                verbs,
                subresources,
                columns,
                custom,
                guest);
    }

    /** Among what {@code kubectl get all} shows. */
    ResourceType inAll() {
        return in(List.of("all"));
    }

    /** @param groups of kinds, that kubectl shows together */
    public ResourceType in(List<String> groups) {
        return new ResourceType(
                name, version, kind, namespaced, shortNames, groups, verbs, subresources, columns, custom, guest);
    }

    public ResourceType withStatus() {
        return with(new Subresource(Subresource.STATUS, name.group(), version, kind, STATUS_VERBS));
    }

    public ResourceType withScale() {
        return with(Subresource.scale());
    }

    ResourceType with(Subresource more) {
        List<Subresource> all = new ArrayList<>(subresources);
        all.add(more);
        return new ResourceType(
                name,
                version,
                kind,
                namespaced,
                shortNames,
                categories,
                verbs,
                List.copyOf(all),
                columns,
                custom,
                guest);
    }

    public ResourceType shows(Column... more) {
        List<Column> all = new ArrayList<>();
        all.add(Column.named());
        all.addAll(List.of(more));
        return new ResourceType(
                name,
                version,
                kind,
                namespaced,
                shortNames,
                categories,
                verbs,
                subresources,
                List.copyOf(all),
                custom,
                guest);
    }

    private ResourceType definedBy(Custom definition) {
        return new ResourceType(
                name,
                version,
                kind,
                namespaced,
                shortNames,
                categories,
                verbs,
                subresources,
                columns,
                Optional.of(definition),
                guest);
    }

    private ResourceType shownFor(Guest other) {
        return new ResourceType(
                name,
                version,
                kind,
                namespaced,
                shortNames,
                categories,
                verbs,
                subresources,
                columns,
                custom,
                Optional.of(other));
    }

    private static ResourceType stored(String group, String version, String kind, String plural, boolean namespaced) {
        return bare(new ResourceName(group, plural), version, kind, namespaced, ALL_VERBS)
                .shows(Column.age());
    }

    private static ResourceType bare(
            ResourceName name, String version, String kind, boolean namespaced, List<String> verbs) {
        return new ResourceType(
                name,
                version,
                kind,
                namespaced,
                List.of(),
                List.of(),
                verbs,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }
}
