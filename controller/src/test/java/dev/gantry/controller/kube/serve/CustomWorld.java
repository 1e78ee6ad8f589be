package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.definition.DefinitionReconciler;
import java.io.IOException;

/** A world with the kind Widget of the group example.com, in namespaces. */
final class CustomWorld implements AutoCloseable {

    static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    static final String WIDGETS_DEFINITION = DEFINITIONS + "/widgets.example.com";
    static final String WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
    static final String WIDGET = WIDGETS + "/w";

    /** Of one field that says how something is written, in the schema of a spec. */
    static final String SPEC = """
        'size': {'type': 'integer', 'minimum': 1, 'maximum': 9},
        'color': {'type': 'string', 'default': 'red', 'enum': ['red', 'green']},
        'parts': {'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'],
          'items': {'type': 'object', 'required': ['name'],
            'properties': {'name': {'type': 'string'}, 'count': {'type': 'integer'}}}},
        'replicas': {'type': 'integer'}\
        """;

    final KubeWorld api;

    CustomWorld() throws IOException, InterruptedException {
        api = new KubeWorld();
    }

    /** A world in which the kind is served. */
    static CustomWorld withWidgets() throws IOException, InterruptedException {
        CustomWorld world = new CustomWorld();
        world.define(definition("widgets", "Widget", version("v1", true, SPEC)));
        return world;
    }

    static String definition(String plural, String kind, String versions) {
        return """
            {'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
             'metadata': {'name': '%1$s.example.com'},
             'spec': {'group': 'example.com', 'scope': 'Namespaced',
              'names': {'plural': '%1$s', 'kind': '%2$s', 'shortNames': ['%3$s'], 'categories': ['all']},
              'versions': [%4$s]}}\
            """.formatted(plural, kind, plural.substring(0, 2), versions);
    }

    /** @param spec the properties of its spec */
    static String version(String name, boolean storage, String spec) {
        return """
            {'name': '%s', 'served': true, 'storage': %s,
             'subresources': {'status': {}, 'scale': {'specReplicasPath': '.spec.replicas',
               'statusReplicasPath': '.status.replicas', 'labelSelectorPath': '.status.selector'}},
             'schema': {'openAPIV3Schema': {'type': 'object', 'properties': {
               'spec': {'type': 'object', 'properties': {%s}},
               'status': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': true}}}}}\
            """.formatted(name, storage, spec);
    }

    static String widget(String name, String spec) {
        return "{'apiVersion': 'example.com/v1', 'kind': 'Widget', 'metadata': {'name': '%s'}, 'spec': {%s}}"
                .formatted(name, spec);
    }

    /** Makes a definition and waits until it is established, if it can be. */
    void define(String definition) throws IOException, InterruptedException {
        KubeWorld.Answer made = api.post(DEFINITIONS, definition);
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        settle();
    }

    void settle() throws InterruptedException {
        api.reconcile(new DefinitionReconciler());
    }

    void make(String name, String spec) throws IOException, InterruptedException {
        KubeWorld.Answer made = api.post(WIDGETS, widget(name, spec));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
    }

    @Override
    public void close() {
        api.close();
    }
}
