import {
  type DataTransformerInfo,
  FieldConfigProperty,
  identityOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
} from '@grafana/data';

/** An option of fields by its place in their configuration; nobody edits it here. */
export const fieldOption = (path: string) => ({
  ...{ id: path, path, name: path, editor: () => null, override: () => null, settings: {} },
  ...{ process: identityOverrideProcessor, shouldApply: () => true },
});

/** Makes known what every panel's fields can be set to: Grafana has the editors for it in its application. */
export const setStandardFieldOptions = (): void =>
  standardFieldConfigEditorRegistry.setInit(() => Object.values(FieldConfigProperty).map(fieldOption));

const EDITORS = ['boolean', 'color', 'multi-select', 'number', 'radio', 'select', 'slider', 'strings', 'text', 'unit'];

/** What a panel's options may be edited with: a panel that has options cannot be made without. */
export const setOptionEditors = (): void =>
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: () => null })));

/** Makes the transformations known that src/dashboards/ uses, without their editors. */
export const setTransformers = (): void =>
  standardTransformersRegistry.setInit(() =>
    [standardTransformers.organizeFieldsTransformer].map((one) => ({
      ...{ id: one.id, name: one.name, editor: () => null, imageDark: '', imageLight: '' },
      transformation: forAllGenerations(one),
    }))
  );

/** Grafana 13 calls it to have it loaded, those before take it as it is. */
function forAllGenerations(transformation: DataTransformerInfo): DataTransformerInfo {
  const load = () => Promise.resolve(transformation);
  return Object.assign(Object.defineProperty(load, 'name', { writable: true }), transformation);
}
