/** Label and field selectors of the Kubernetes API. Pure; knows no kind and no request. */
@NullMarked
package dev.gantry.controller.kube.select;

import org.jspecify.annotations.NullMarked;
