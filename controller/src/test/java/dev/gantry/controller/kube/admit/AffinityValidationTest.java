package dev.gantry.controller.kube.admit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with rules about other pods and nodes, in the words of kube-apiserver. */
final class AffinityValidationTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private static String errors(String spec) throws JsonProcessingException {
        String text = "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'a'}],%s}}"
                .formatted(spec.replace("REQUIRED", REQUIRED).replace("PREFERRED", PREFERRED))
                .replace('\'', '"');
        ObjectNode pod = (ObjectNode) JSON.readTree(text);
        Defaults.apply("v1", "Pod", pod);
        return String.join(
                "; ",
                Validation.check("v1", "Pod", pod, Optional.empty()).stream()
                        .map(cause -> cause.field() + ": " + cause.message())
                        .toList());
    }

    @Test
    void findsNothingWrongWithGoodRules() throws JsonProcessingException {
        String term = "{'topologyKey':'zone','namespaces':['shop'],'namespaceSelector':{},"
                + "'labelSelector':{'matchExpressions':[{'key':'app','operator':'In','values':['web']},"
                + "{'key':'old','operator':'DoesNotExist'}]},'matchLabelKeys':['pod-template-hash']}";
        assertThat(errors("'affinity':{'podAntiAffinity':{'REQUIRED':[%s],'PREFERRED':[{'weight':100,".formatted(term)
                        + "'podAffinityTerm':%s}]},'nodeAffinity':{'REQUIRED':{'nodeSelectorTerms':[{".formatted(term)
                        + "'matchExpressions':[{'key':'disk','operator':'Exists'}]}]}}},"
                        + "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone','minDomains':2,"
                        + "'whenUnsatisfiable':'DoNotSchedule'},{'maxSkew':1,'topologyKey':'zone',"
                        + "'whenUnsatisfiable':'ScheduleAnyway'}]"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {} | topologyKey: Required value: can not be empty
        {'topologyKey':'a b'} | topologyKey: Invalid value: "a b": name part must consist of alphanumeric characters
        {'topologyKey':'z','namespaces':['A']} | namespaces[0]: Invalid value: "A": a lowercase RFC 1123 label must consist of
        {'topologyKey':'z','matchLabelKeys':['a']} | matchLabelKeys: Forbidden: must not be specified when labelSelector is not set
        {'topologyKey':'z','mismatchLabelKeys':['a']} | mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set
        {'topologyKey':'z','labelSelector':{'matchExpressions':[{'key':'a','operator':'In'}]}} | labelSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'
        {'topologyKey':'z','labelSelector':{'matchExpressions':[{'key':'a','operator':'Exists','values':['b']}]}} | labelSelector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'
        {'topologyKey':'z','namespaceSelector':{'matchExpressions':[{'key':'a','operator':'Gt'}]}} | namespaceSelector.matchExpressions[0].operator: Invalid value: "Gt": not a valid selector operator
        """)
    void refusesABadTermWhereverItStands(String term, String expected) throws JsonProcessingException {
        String clean = expected.strip();
        for (String kind : new String[] {"podAffinity", "podAntiAffinity"}) {
            assertThat(errors("'affinity':{'%s':{'REQUIRED':[%s]}}".formatted(kind, term)))
                    .startsWith("spec.affinity." + kind + "." + REQUIRED + "[0]." + clean);
            assertThat(errors("'affinity':{'%s':{'PREFERRED':[{'weight':1,'podAffinityTerm':%s}]}}"
                            .formatted(kind, term)))
                    .startsWith("spec.affinity." + kind + "." + PREFERRED + "[0].podAffinityTerm." + clean);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "101", "-1"})
    void refusesAWeightThatIsNoShare(int weight) throws JsonProcessingException {
        String range = ".weight: Invalid value: " + weight + ": must be in the range 1-100";
        assertThat(errors(
                        "'affinity':{'nodeAffinity':{'PREFERRED':[{'weight':%d,'preference':{}}]}}".formatted(weight)))
                .isEqualTo("spec.affinity.nodeAffinity." + PREFERRED + "[0]" + range);
        assertThat(errors(
                        "'affinity':{'podAffinity':{'PREFERRED':[{'weight':%d,'podAffinityTerm':{'topologyKey':'z'}}]}}"
                                .formatted(weight)))
                .isEqualTo("spec.affinity.podAffinity." + PREFERRED + "[0]" + range);
    }

    @Test
    void refusesASelectionOfNodesWithoutATerm() throws JsonProcessingException {
        assertThat(errors("'affinity':{'nodeAffinity':{'REQUIRED':{'nodeSelectorTerms':[]}}}"))
                .isEqualTo("spec.affinity.nodeAffinity." + REQUIRED
                        + ".nodeSelectorTerms: Required value: must have at least one node selector term");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        'maxSkew':0,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule' | maxSkew: Invalid value: 0: must be greater than zero
        'maxSkew':1,'whenUnsatisfiable':'DoNotSchedule' | topologyKey: Required value: can not be empty
        'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'Never' | whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"
        'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule','minDomains':0 | minDomains: Invalid value: 0: must be greater than zero
        'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'ScheduleAnyway','minDomains':2 | minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway
        'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule','nodeTaintsPolicy':'X' | nodeTaintsPolicy: Unsupported value: "X": supported values: "Honor", "Ignore"
        'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule','matchLabelKeys':['a'] | matchLabelKeys: Forbidden: must not be specified when labelSelector is not set
        """)
    void refusesABadSpread(String constraint, String expected) throws JsonProcessingException {
        assertThat(errors("'topologySpreadConstraints':[{%s}]".formatted(constraint)))
                .isEqualTo("spec.topologySpreadConstraints[0]." + expected);
    }

    @Test
    void refusesTheSameSpreadTwice() throws JsonProcessingException {
        String one = "{'maxSkew':%d,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'}";
        assertThat(errors("'topologySpreadConstraints':[%s,%s]".formatted(one.formatted(1), one.formatted(2))))
                .isEqualTo("spec.topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}: Duplicate value:"
                        + " \"{z, DoNotSchedule}\"");
    }
}
