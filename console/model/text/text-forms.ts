// The code that reads and writes specifications in other forms, in one file that the browser loads when a resource is first shown: files of their
// own would be larger together.
export { writeCloudFormation } from '../../../cli/export/forms/cloudformation.ts';
export { writeKubernetes } from '../../../cli/export/forms/kubernetes.ts';
export { writeTerraform } from '../../../cli/export/forms/terraform.ts';
export { formatDocuments, formatValue } from '../../../cli/resources/write-documents.ts';
export { parseYaml } from './parse-yaml.ts';
