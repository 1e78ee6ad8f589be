package dev.gantry.controller.kube.custom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.schema.Schemas;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a schema asks of a value. */
class ValueCheckTest {

    private static JsonNode json(String text) {
        return Json.read(ByteString.copyFromUtf8(text.replace('\'', '"')));
    }

    private static List<String> check(String schema, String value) {
        return ValueCheck.check(json(value), Schemas.builtIn().custom(json(schema)), "a").stream()
                .map(Cause::message)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'type': 'integer'}                                 | 1      | 'x'       | Invalid value: "string": a in body must be of type integer: "string"
        {'type': 'integer'}                                 | 1.0    | 1.5       | Invalid value: "number": a in body must be of type integer: "number"
        {'type': 'string', 'nullable': true}                | null   | 1         | Invalid value: "integer": a in body must be of type string: "integer"
        {'type': 'string'}                                  | ''     | null      | Invalid value: "null": a in body must be of type string: "null"
        {'x-kubernetes-int-or-string': true}                | '5%'   | true      | Invalid value: "boolean": a in body must be of type integer,string: "boolean"
        {'type': 'integer', 'format': 'int32'}              | 5      | 3000000000 | Invalid value: 3000000000: a in body must be of type int32: 3000000000
        {'type': 'number', 'maximum': 2}                    | 2      | 2.5       | Invalid value: 2.5: a in body should be less than or equal to 2
        {'type': 'number', 'maximum': 2, 'exclusiveMaximum': true} | 1.9 | 2     | Invalid value: 2: a in body should be less than 2
        {'type': 'number', 'minimum': 2, 'exclusiveMinimum': true} | 3 | 2       | Invalid value: 2: a in body should be greater than 2
        {'type': 'integer', 'multipleOf': 3}                | 9      | 10        | Invalid value: 10: a in body should be a multiple of 3
        {'type': 'string', 'maxLength': 2}                  | 'äö'   | 'abc'     | Too long: may not be more than 2 bytes
        {'type': 'string', 'minLength': 2}                  | 'ab'   | 'a'       | Invalid value: "a": a in body should be at least 2 chars long
        {'type': 'string', 'pattern': '^a+$'}               | 'aa'   | 'b'       | Invalid value: "b": a in body should match '^a+$'
        {'type': 'string', 'format': 'date-time'}           | '2026-01-02T03:04:05Z' | 'now' | Invalid value: "now": a in body must be of type date-time: "now"
        {'type': 'string', 'format': 'ipv6'}                | '::ffff:1.2.3.4' | '1::2::3' | Invalid value: "1::2::3": a in body must be of type ipv6: "1::2::3"
        {'type': 'string', 'format': 'cidr'}                | '10.0.0.0/8' | '10.0.0.0/33' | Invalid value: "10.0.0.0/33": a in body must be of type cidr: "10.0.0.0/33"
        {'type': 'string', 'format': 'byte'}                | 'YWI=' | '!'       | Invalid value: "!": a in body must be of type byte: "!"
        {'type': 'string', 'format': 'whatever'}            | 'x'    | 1         | Invalid value: "integer": a in body must be of type string: "integer"
        {'type': 'array', 'minItems': 1}                    | [1]    | []        | Invalid value: []: a in body should have at least 1 items
        {'type': 'array', 'maxItems': 1}                    | [1]    | [1,2]     | Too many: 2: must have at most 1 items
        {'type': 'array', 'x-kubernetes-list-type': 'set'}  | [1,2]  | [1,1]     | Duplicate value: 1
        {'type': 'object', 'minProperties': 1}              | {'a':1} | {}       | Invalid value: {}: a in body should have at least 1 properties
        {'type': 'object', 'required': ['b']}               | {'b':1} | {}       | Required value
        {'type': 'integer', 'enum': [1, 2]}                 | 2      | 3         | Unsupported value: 3: supported values: "1", "2"
        {'type': 'integer', 'not': {'enum': [1]}}           | 2      | 1         | Invalid value: 1: "a" must not validate the schema (not)
        """)
    void asksForWhatItSays(String schema, String good, String bad, String why) {
        assertThat(check(schema, good)).isEmpty();
        assertThat(check(schema, bad)).containsExactly(why);
    }

    @Test
    void alternativesSayWhichCameClosest() {
        String either = "{'type': 'object', '%s': [{'required': ['b']}, {'required': ['c', 'd']}]}";
        assertThat(check(either.formatted("anyOf"), "{'b': 1, 'c': 1, 'd': 1}")).isEmpty();
        assertThat(check(either.formatted("oneOf"), "{'b': 1, 'c': 1, 'd': 1}"))
                .singleElement()
                .asString()
                .endsWith("\"a\" must validate one and only one schema (oneOf). Found 2 valid alternatives");
        assertThat(check(either.formatted("anyOf"), "{}"))
                .containsExactly(
                        "Invalid value: {}: \"a\" must validate at least one schema (anyOf)", "Required value");
        assertThat(check(either.formatted("allOf"), "{'b': 1}")).hasSize(3);
    }

    @Test
    void itemsOfAMapHaveTheirKeysOnce() {
        String list = """
            {'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k', 'p'],
             'items': {'type': 'object', 'properties': {'p': {'type': 'string', 'default': 'TCP'}}}}\
            """;
        assertThat(check(list, "[{'k': 1}, {'k': 2}, {'k': 1, 'p': 'UDP'}]")).isEmpty();
        assertThat(check(list, "[{'k': 1}, {'k': 1, 'p': 'TCP'}]"))
                .containsExactly("Duplicate value: {\"k\":1,\"p\":\"TCP\"}");
    }

    @Test
    void itNamesNoMoreFaultsThanSomebodyReads() {
        String many = "[" + "'x',".repeat(5_000) + "'x']";
        assertThat(check("{'type': 'array', 'items': {'type': 'integer'}}", many))
                .hasSize(100);
    }

    @Test
    void aPatternThatWouldGoBackForeverTakesNoLonger() {
        String text = "'" + "a".repeat(100_000) + "!'";
        org.junit.jupiter.api.Assertions.assertTimeout(
                Duration.ofSeconds(10),
                () -> assertThat(check("{'type': 'string', 'pattern': '^(a+)+$'}", text))
                        .hasSize(1));
    }
}
