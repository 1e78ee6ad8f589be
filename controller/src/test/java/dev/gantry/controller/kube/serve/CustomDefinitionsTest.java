package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.owner.ObjectWorld;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of custom definitions, and what they may say. */
class CustomDefinitionsTest {

    private static final String GADGET = "{'apiVersion':'example.com/v1','kind':'Gadget','metadata':{'name':'g'}}";

    private CustomWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new CustomWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private static String widgets() {
        return CustomWorld.definition("widgets", "Widget", CustomWorld.version("v1", true, CustomWorld.SPEC));
    }

    @Test
    void itIsEstablishedUnderTheNamesThatItAsksFor() throws IOException, InterruptedException {
        KubeWorld.Answer made = world.api.post(CustomWorld.DEFINITIONS, widgets());
        assertThat(made.text("/spec/names/singular")).isEqualTo("widget");
        assertThat(made.text("/spec/names/listKind")).isEqualTo("WidgetList");
        assertThat(made.text("/spec/conversion/strategy")).isEqualTo("None");
        assertThat(world.api.get(CustomWorld.WIDGETS).status()).isEqualTo(404);
        world.settle();
        KubeWorld.Answer definition = world.api.get(CustomWorld.WIDGETS_DEFINITION);
        assertThat(ObjectWorld.condition(definition.json().path("status"), "NamesAccepted"))
                .isEqualTo("True NoConflicts");
        assertThat(ObjectWorld.condition(definition.json().path("status"), "Established"))
                .isEqualTo("True InitialNamesAccepted");
        assertThat(definition.json().at("/status/acceptedNames"))
                .isEqualTo(definition.json().at("/spec/names"));
        assertThat(definition.json().at("/status/storedVersions").toString()).isEqualTo("[\"v1\"]");
        assertThat(definition.text("/metadata/finalizers/0")).isEqualTo("customresourcecleanup.apiextensions.k8s.io");
        assertThat(world.api.get(CustomWorld.WIDGETS).text("/kind")).isEqualTo("WidgetList");
    }

    @Test
    void aNameThatAnotherHasIsNotAcceptedUntilItIsFree() throws IOException, InterruptedException {
        world.define(widgets());
        world.define(CustomWorld.definition("gadgets", "Widget", CustomWorld.version("v1", true, "")));
        String path = CustomWorld.DEFINITIONS + "/gadgets.example.com";
        KubeWorld.Answer refused = world.api.get(path);
        assertThat(ObjectWorld.condition(refused.json().path("status"), "NamesAccepted"))
                .isEqualTo("False ListKindConflict");
        assertThat(ObjectWorld.condition(refused.json().path("status"), "Established"))
                .isEqualTo("False NotAccepted");
        assertThat(world.api.get("/apis/example.com/v1/gadgets").status()).isEqualTo(404);
        world.api.delete(CustomWorld.WIDGETS_DEFINITION);
        world.settle();
        assertThat(ObjectWorld.condition(world.api.get(path).json().path("status"), "Established"))
                .isEqualTo("True InitialNamesAccepted");
        assertThat(world.api.get("/apis/example.com/v1/gadgets").status()).isEqualTo(200);
    }

    @Test
    void itsObjectsGoBeforeIt() throws IOException, InterruptedException {
        world.define(widgets());
        for (int number = 0; number < 210; number++) {
            world.make("w" + number, "'size': 1");
        }
        KubeWorld.Answer deleted = world.api.delete(CustomWorld.WIDGETS_DEFINITION);
        assertThat(deleted.text("/metadata/deletionTimestamp")).isNotEmpty();
        KubeWorld.Answer late = world.api.post(CustomWorld.WIDGETS, CustomWorld.widget("late", ""));
        assertThat(late.status()).isEqualTo(405);
        assertThat(late.text("/message"))
                .isEqualTo("create not allowed while custom resource definition is terminating");
        world.settle();
        assertThat(world.api.get(CustomWorld.WIDGETS_DEFINITION).status()).isEqualTo(404);
        assertThat(world.api.get(CustomWorld.WIDGETS).status()).isEqualTo(404);
        world.define(widgets());
        assertThat(world.api.get(CustomWorld.WIDGETS).json().path("items")).isEmpty();
    }

    @Test
    void itWaitsForTheFinalizersOfItsObjects() throws IOException, InterruptedException {
        world.define(widgets());
        world.make("w", "'size': 1");
        String merge = "application/merge-patch+json";
        world.api.patch(CustomWorld.WIDGET, merge, "{'metadata': {'finalizers': ['example.com/mine']}}");
        world.api.delete(CustomWorld.WIDGETS_DEFINITION);
        world.settle();
        KubeWorld.Answer waiting = world.api.get(CustomWorld.WIDGETS_DEFINITION);
        assertThat(ObjectWorld.condition(waiting.json().path("status"), "Terminating"))
                .isEqualTo("True InstanceDeletionInProgress");
        assertThat(world.api.get(CustomWorld.WIDGET).text("/metadata/deletionTimestamp"))
                .isNotEmpty();
        world.api.patch(CustomWorld.WIDGET, merge, "{'metadata': {'finalizers': null}}");
        world.settle();
        assertThat(world.api.get(CustomWorld.WIDGETS_DEFINITION).status()).isEqualTo(404);
    }

    @Test
    void aVersionThatObjectsMayBeKeptInStays() throws IOException, InterruptedException {
        world.define(CustomWorld.definition(
                "widgets",
                "Widget",
                CustomWorld.version("v1beta1", true, "") + "," + CustomWorld.version("v1", false, "")));
        String merge = "application/merge-patch+json";
        String moved = CustomWorld.version("v1beta1", false, "") + "," + CustomWorld.version("v1", true, "");
        world.api.patch(CustomWorld.WIDGETS_DEFINITION, merge, "{'spec': {'versions': [" + moved + "]}}");
        world.settle();
        assertThat(world.api
                        .get(CustomWorld.WIDGETS_DEFINITION)
                        .json()
                        .at("/status/storedVersions")
                        .toString())
                .isEqualTo("[\"v1beta1\",\"v1\"]");
        String only = "{'spec': {'versions': [" + CustomWorld.version("v1", true, "") + "]}}";
        KubeWorld.Answer refused = world.api.patch(CustomWorld.WIDGETS_DEFINITION, merge, only);
        assertThat(refused.text("/message"))
                .isEqualTo("CustomResourceDefinition.apiextensions.k8s.io \"widgets.example.com\" is invalid:"
                        + " status.storedVersions[0]: Invalid value: \"v1beta1\": must appear in spec.versions");
        world.api.patch(CustomWorld.WIDGETS_DEFINITION + "/status", merge, "{'status': {'storedVersions': ['v1']}}");
        assertThat(world.api.patch(CustomWorld.WIDGETS_DEFINITION, merge, only).status())
                .isEqualTo(200);
    }

    @Test
    void whoeverUsesRulesIsToldThatTheyAreNotEvaluated() throws IOException, InterruptedException {
        String rules = "'x-kubernetes-validations': [{'rule': 'self > 1'}]";
        String spec = "'size': {'type': 'integer', " + rules + "}";
        KubeWorld.Answer made = world.api.post(
                CustomWorld.DEFINITIONS,
                CustomWorld.definition("widgets", "Widget", CustomWorld.version("v1", true, spec)));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.warnings()).singleElement().asString().contains("CEL").contains("spec.versions[0]");
        assertThat(made.json().at("/spec/versions/0/schema").toString()).contains("self > 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        'name': 'widgets.example.com' | 'name': 'w.example.com' | metadata.name: Invalid value: "w.example.com": must be spec.names.plural+"."+spec.group
        example.com | apps | spec.group: Invalid value: "apps": should be a domain with at least one dot
        example.com | storage.k8s.io | spec.group: Invalid value: "storage.k8s.io": is a group of the API itself
        example.com | gateway.k8s.io | metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation
        'Namespaced' | 'Somewhere' | spec.scope: Unsupported value: "Somewhere": supported values: "Cluster", "Namespaced"
        'storage': true | 'storage': false | spec.versions: Invalid value: "v1": must have exactly one version marked as storage version
        'kind': 'Widget' | 'kind': 'Widget','listKind': 'Widget' | spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same
        'scope' | 'conversion': {'strategy': 'Webhook'}, 'scope' | spec.conversion.strategy: Forbidden: conversion by a webhook is not supported here
        'scope' | 'preserveUnknownFields': true, 'scope' | spec.preserveUnknownFields: Invalid value: true: must be false
        '.spec.replicas' | '.size' | specReplicasPath: Invalid value: ".size": should be a json path under .spec
        'status': {} | 'status': {}}, 'additionalPrinterColumns': [{'name': 'A', 'type': 'text', 'jsonPath': '.a'}], 'x': {'y': {} | additionalPrinterColumns[0].type: Unsupported value: "text"
        """)
    void badDefinitionsAreRefused(String good, String bad, String why) throws IOException, InterruptedException {
        KubeWorld.Answer refused =
                world.api.post(CustomWorld.DEFINITIONS, widgets().replace(good, bad));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/message")).contains(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                                              | .type: Required value: must not be empty for specified object fields
        {'type': 'text'}                                | .type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"
        {'type': 'array'}                               | .items: Required value: must be specified
        {'type': 'array', 'items': {}}                  | .items.type: Required value: must not be empty for specified array items
        {'type': 'array', 'items': {'type': 'string'}, 'uniqueItems': true} | .uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic
        {'type': 'object', 'additionalProperties': false} | .additionalProperties: Forbidden: additionalProperties cannot be set to false
        {'type': 'object', 'additionalProperties': {'type': 'string'}, 'properties': {'a': {'type': 'string'}}} | .additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive
        {'$ref': '#/definitions/a', 'type': 'string'}   | .$ref: Forbidden: $ref is not supported
        {'type': 'string', 'pattern': '('}              | .pattern: Invalid value: "(": must be a valid regular expression, but isn't
        {'type': 'string', 'pattern': '((a{900}){900}){900}'} | its repetitions are too many
        {'type': 'integer', 'default': 'a'}             | .default: Invalid value: "string"
        {'type': 'object', 'default': {'b': 1}, 'properties': {'a': {'type': 'string'}}} | .default: Invalid value: {"b":1}: must not have fields that the schema does not specify
        {'type': 'string', 'x-kubernetes-int-or-string': true} | .type: Invalid value: "string": must be empty if x-kubernetes-int-or-string is true
        {'type': 'object', 'x-kubernetes-embedded-resource': true} | .properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields
        {'type': 'array', 'x-kubernetes-list-type': 'map', 'items': {'type': 'object'}} | .x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map
        {'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'], 'items': {'type': 'object', 'properties': {'a': {'type': 'string'}}}} | .items.properties[a].default: Required value
        {'type': 'array', 'x-kubernetes-list-type': 'set', 'items': {'type': 'object'}} | must be atomic as item of a list with x-kubernetes-list-type=set
        {'type': 'string', 'anyOf': [{'type': 'string'}]} | .anyOf[0].type: Forbidden: must be empty to be structural
        {'type': 'object', 'not': {'properties': {'a': {'enum': [1]}}}} | .not.properties[a]: Required value
        """)
    void schemasThatAreNotStructuralAreRefused(String schema, String why) throws IOException, InterruptedException {
        KubeWorld.Answer refused = world.api.post(
                CustomWorld.DEFINITIONS,
                CustomWorld.definition("widgets", "Widget", CustomWorld.version("v1", true, "'a': " + schema)));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/message"))
                .contains("spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[a].")
                .contains(why);
    }

    @Test
    void theKindOfAnotherGroupIsStillUnknown() throws IOException, InterruptedException {
        world.define(widgets());
        assertThat(world.api
                        .post("/apis/example.com/v1/namespaces/default/gadgets", GADGET)
                        .status())
                .isEqualTo(404);
        assertThat(world.api
                        .get("/apis/example.com/v2/namespaces/default/widgets")
                        .status())
                .isEqualTo(404);
        world.api.found("other");
        assertThat(world.api.get("/clusters/other/apis/example.com/v1/widgets").status())
                .isEqualTo(404);
    }
}
