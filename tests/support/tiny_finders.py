"""Seeded tiny models of transformers, saved to a folder as a published model is.

Their weights mean nothing; everything around them is the real code. Building one takes well under a
second, importing transformers several: tests share the folders.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

WORDS = ("person", "dog", "red", "car", "wheel", "a", "of", "the", "bird", "cat")


def seed() -> None:
    import torch

    torch.manual_seed(0)


def bert_tokenizer(folder: Path) -> Any:
    """BERT's with a dozen words; Grounding DINO has the numbers of its special tokens in its code."""
    from transformers import BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"[unused{i}]" for i in range(1040)]
    rows[0] = "[PAD]"
    for number, word in ((100, "[UNK]"), (101, "[CLS]"), (102, "[SEP]"), (103, "[MASK]")):
        rows[number] = word
    rows[1012], rows[1029] = ".", "?"
    for number, word in enumerate(WORDS):
        rows[200 + number] = word
    (folder / "vocab.txt").write_text("\n".join(rows) + "\n")
    return BertTokenizerFast.from_pretrained(folder)


def grounding_dino(folder: Path, mm: bool = False) -> Path:
    """Grounding DINO, or MM Grounding DINO."""
    import transformers

    seed()
    swin = transformers.SwinConfig(
        image_size=64,
        embed_dim=16,
        depths=[1, 1, 1, 1],
        num_heads=[1, 2, 2, 2],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    bert = transformers.BertConfig(
        vocab_size=1040,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    kind = "MMGroundingDino" if mm else "GroundingDino"
    config = getattr(transformers, f"{kind}Config")(
        backbone_config=swin,
        text_config=bert,
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=20,
    )
    model = getattr(transformers, f"{kind}ForObjectDetection")(config)
    images = transformers.GroundingDinoImageProcessor(
        size={"shortest_edge": 64, "longest_edge": 96}
    )
    processor = transformers.GroundingDinoProcessor(images, bert_tokenizer(folder / "words"))
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def truncate(folder: Path) -> Path:
    """Cut the weights of a model's folder short."""
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    return folder


def change_config(folder: Path, **values: Any) -> Path:
    """Set values of a model's ``config.json``."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return folder


def clip_tokenizer(folder: Path) -> Any:
    """CLIP's, by bytes: every word is known, a letter at a time."""
    from transformers import CLIPTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(i) for i in range(33, 127)]
    rows = [*letters, *(letter + "</w>" for letter in letters)]
    rows += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({row: i for i, row in enumerate(rows)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizerFast(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=32
    )


def sam3_config(lite: bool = False) -> Any:
    import transformers

    kind = "Sam3LiteText" if lite else "Sam3"
    small = {
        "hidden_size": 32,
        "num_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    vit = transformers.Sam3ViTConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=2,
        image_size=112,
        patch_size=14,
        window_size=4,
        global_attn_indexes=[1, 3],
        pretrain_image_size=112,
    )
    vision = transformers.Sam3VisionConfig(
        backbone_config=vit,
        fpn_hidden_size=32,
        backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
    )
    text = {
        "vocab_size": 190,
        "hidden_size": 32,
        "intermediate_size": 64,
        "projection_dim": 32,
        "num_hidden_layers": 1 if not lite else 3,
        "num_attention_heads": 2,
        "max_position_embeddings": 32,
    }
    if not lite:
        text |= {"bos_token_id": 188, "eos_token_id": 189, "pad_token_id": 189}
    return getattr(transformers, f"{kind}Config")(
        vision_config=vision,
        text_config=text,
        geometry_encoder_config=small,
        detr_encoder_config=small,
        detr_decoder_config=small | {"num_queries": 10},
        mask_decoder_config={
            "hidden_size": 32,
            "num_upsampling_stages": 3,
            "num_attention_heads": 2,
        },
    )


def sam3_processor(folder: Path) -> Any:
    import transformers

    images = transformers.Sam3ImageProcessor(size={"height": 112, "width": 112})
    return transformers.Sam3Processor(images, clip_tokenizer(folder / "words"))


def sam3(folder: Path, lite: bool = False) -> Path:
    """SAM 3 that looks at one picture, or its light sister."""
    import transformers

    seed()
    kind = "Sam3LiteText" if lite else "Sam3"
    model = getattr(transformers, f"{kind}Model")(sam3_config(lite))
    model.save_pretrained(folder)
    sam3_processor(folder).save_pretrained(folder)
    return folder


def owlv2(folder: Path) -> Path:
    """OWLv2."""
    import transformers

    seed()
    small = {
        "hidden_size": 32,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    config = transformers.Owlv2Config(
        text_config=small | {"vocab_size": 190, "max_position_embeddings": 16, "pad_token_id": 0},
        vision_config=small | {"image_size": 64, "patch_size": 8},
        projection_dim=32,
    )
    model = transformers.Owlv2ForObjectDetection(config)
    for weights in model.box_head.parameters():
        weights.data *= 0.05  # else every box is the whole picture or none of it
    images = transformers.Owlv2ImageProcessor(size={"height": 64, "width": 64})
    words = clip_tokenizer(folder / "words")
    words.model_max_length = 16
    model.save_pretrained(folder)
    transformers.Owlv2Processor(images, words).save_pretrained(folder)
    return folder


def ast(folder: Path) -> Path:
    """AST with five classes; a window of it is 2.56 s long."""
    import transformers

    seed()
    config = transformers.ASTConfig(
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_length=256,
        num_labels=5,
    )
    names = ("Speech", "Dog", "Male speech, man speaking", "Car", "Music")
    config.id2label = dict(enumerate(names))
    config.label2id = {name: number for number, name in enumerate(names)}
    transformers.ASTForAudioClassification(config).save_pretrained(folder)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "At least one mel filter", UserWarning)
        transformers.ASTFeatureExtractor(max_length=256).save_pretrained(folder)
    return folder


def teach_ast(folder: Path, sounds: dict[str, Any], rate: int = 16_000) -> Path:
    """Let the AST of a folder hear: each label's own sound (its samples, a window long) and nothing else.

    Only the last layer is fitted, by least squares on windows of which a part is filled.
    """
    import numpy as np
    import torch
    from transformers import ASTFeatureExtractor, ASTForAudioClassification

    model = ASTForAudioClassification.from_pretrained(folder).eval()
    extractor = ASTFeatureExtractor.from_pretrained(folder)
    seen, wanted = [], []
    for label, samples in {"": np.zeros(round(2.56 * rate)), **sounds}.items():
        for part in (0.3, 0.5, 0.8, 1.0):
            for first in (0, round((1 - part) * len(samples))):
                window = np.zeros(len(samples), np.float32)
                inside = slice(first, first + round(part * len(samples)))
                window[inside] = samples[inside]
                with torch.no_grad():
                    values = extractor(window, sampling_rate=rate, return_tensors="pt")
                    pooled = model.audio_spectrogram_transformer(**values).pooler_output
                    seen.append(model.classifier.layernorm(pooled)[0].double())
                heard = 3.0 if part >= 0.5 else 0.0
                wanted.append([heard if label == n else -4.0 for n in model.config.label2id])
    features = torch.cat([torch.stack(seen), torch.ones(len(seen), 1, dtype=torch.double)], 1)
    weights = torch.linalg.pinv(features, rtol=1e-2) @ torch.tensor(wanted, dtype=torch.double)
    model.classifier.dense.weight.data = weights[:-1].T.float().contiguous()
    model.classifier.dense.bias.data = weights[-1].float()
    model.save_pretrained(folder)
    return folder


def sam3_video(folder: Path, **settings: Any) -> Path:
    """SAM 3 that follows phrases through a video; its tracker is the `sam3` engine's, too.

    Args:
        settings: of the video model, such as ``hotstart_delay``.
    """
    import torch
    import transformers

    seed()
    model = transformers.Sam3VideoModel(sam3_video_config(**settings))
    with torch.no_grad():
        # As they come all weights answer alike; so objects are seen, and masks have a shape.
        for module in model.tracker_model.modules():
            if isinstance(module, torch.nn.Linear | torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                module.reset_parameters()
        for parameter in model.tracker_model.parameters(recurse=False):
            parameter.normal_(std=0.5)
        model.tracker_model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(3.0)
    model.save_pretrained(folder)
    sam3_processor(folder).save_pretrained(folder)
    return folder


def sam3_video_config(wide: int = 128, **settings: Any) -> Any:
    """Memory has 64 channels, and what it is attended from must be wider."""
    import transformers

    detector = sam3_config()
    vision = detector.vision_config
    vision.fpn_hidden_size = wide
    vit = vision.backbone_config
    small = {"hidden_size": wide, "num_attention_heads": 2, "intermediate_size": 32}
    for part in (
        detector.geometry_encoder_config,
        detector.detr_encoder_config,
        detector.detr_decoder_config,
        detector.mask_decoder_config,
    ):
        for name, value in small.items():
            if hasattr(part, name):
                setattr(part, name, value)
    detector.text_config.projection_dim = wide
    detector.detr_decoder_config.num_queries = 5
    tracker = transformers.Sam3TrackerVideoConfig(
        vision_config=transformers.Sam3VisionConfig(
            backbone_config=vit,
            fpn_hidden_size=wide,
            backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
        ),
        prompt_encoder_config={"hidden_size": wide, "image_size": 112, "patch_size": 14},
        mask_decoder_config={
            "hidden_size": wide,
            "num_attention_heads": 2,
            "mlp_dim": 32,
            "iou_head_hidden_dim": 32,
        },
        image_size=112,
        memory_attention_hidden_size=wide,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32,
        memory_attention_rope_feat_sizes=[8, 8],
        memory_encoder_hidden_size=wide,
        memory_fuser_embed_dim=wide,
        memory_fuser_intermediate_dim=32,
        mask_downsampler_embed_dim=wide,
        memory_fuser_num_layers=1,
    )
    return transformers.Sam3VideoConfig(
        detector_config=detector, tracker_config=tracker, low_res_mask_size=32, **settings
    )
