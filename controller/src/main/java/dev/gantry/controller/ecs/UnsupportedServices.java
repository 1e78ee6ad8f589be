package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.controller.ecs.document.Refusals;

/** Says clearly which kinds of services Gantry does not have, instead of making something else. */
final class UnsupportedServices {

    private UnsupportedServices() {}

    static void check(CreateServiceRequest document) {
        String controller = document.deploymentController() == null
                ? "ECS"
                : document.deploymentController().type();
        refuse(controller.equals("CODE_DEPLOY"), "the deployment controller CODE_DEPLOY. Use ECS or EXTERNAL");
        refuse(!document.loadBalancersOrEmpty().isEmpty(), "loadBalancers");
        refuse(!document.serviceRegistriesOrEmpty().isEmpty(), "serviceRegistries");
        var connect = document.serviceConnectConfiguration();
        refuse(connect != null && connect.enabled(), "serviceConnectConfiguration");
        refuse(!document.volumeConfigurationsOrEmpty().isEmpty(), "volumeConfigurations");
        refuse(!document.vpcLatticeConfigurationsOrEmpty().isEmpty(), "vpcLatticeConfigurations");
    }

    private static void refuse(boolean present, String what) {
        if (present) {
            throw Refusals.unsupported("This service cannot be run: Gantry does not support " + what + ".");
        }
    }
}
